import { type Mock, onTestFinished, vi } from 'vitest';
import type { Network } from '../../../src/gateway/egress/network.ts';

/** Has no connection made until the test has ended. Returns what is called for each that is asked for. */
export function hangDials(network: Network): Mock {
  const dial = network.dial.bind(network);
  onTestFinished(() => void Object.assign(network, { dial }));
  const dialled = vi.fn();
  const hang: Network['dial'] = (_address, _port, signal) => {
    dialled();
    const { promise, reject } = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => reject(signal.reason as Error));
    return promise;
  };
  Object.assign(network, { dial: hang });
  return dialled;
}
