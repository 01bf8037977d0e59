import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { watchOverhead } from '../../../src/gateway/upstreams/wire-overhead.ts';

const KIB = 1_024;

describe('what an upstream sends', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function watch() {
    const state = { received: 5_000, tooMuch: vi.fn() };
    const overhead = watchOverhead(() => state.received, state.tooMuch);
    const isTooMuch = (): boolean => {
      vi.advanceTimersByTime(1_000);
      return state.tooMuch.mock.calls.length > 0;
    };
    return { state, overhead, isTooMuch };
  }

  test('before its body may be some heads', () => {
    const { state, isTooMuch } = watch();
    state.received += 9 * 16 * KIB;
    expect(isTooMuch()).toBe(false);
  });

  test('may be a chunk and a record of TLS for each byte', () => {
    const { state, overhead, isTooMuch } = watch();
    for (let event = 0; event < 100_000; event += 1) {
      overhead.passed(1);
      state.received += 1 + '1\r\n\r\n'.length + 22;
    }
    expect(isTooMuch()).toBe(false);
  });

  test('may be a body of any size', () => {
    const { state, overhead, isTooMuch } = watch();
    for (let piece = 0; piece < 100_000; piece += 1) overhead.passed(64 * KIB);
    state.received += 100_000 * 66 * KIB;
    expect(isTooMuch()).toBe(false);
  });

  test.for([
    ['without a body', 0],
    ['with some of it', 100],
  ])('may not be a megabyte of other things %s', ([, pieces]) => {
    const { state, overhead, isTooMuch } = watch();
    for (let piece = 0; piece < Number(pieces); piece += 1) overhead.passed(1);
    state.received += KIB * KIB;
    expect(isTooMuch()).toBe(true);
    expect(isTooMuch()).toBe(true);
    expect(state.tooMuch).toHaveBeenCalledOnce();
  });

  test('is looked at no more when the response has ended', () => {
    const { state, overhead, isTooMuch } = watch();
    overhead.stop();
    state.received += KIB * KIB;
    expect(isTooMuch()).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });
});
