import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type AddressLimits, createConnectionLimiter } from '../../src/gateway/connection-limiter.ts';

const LIMITS: AddressLimits = {
  maxConnections: 3,
  connectionsPerSecond: 2,
  maxBurst: 4,
  maxConnectionMilliseconds: 60_000,
  maxAddresses: 2,
};

let now: number;
beforeEach(() => {
  now = 1_000;
});

function limiter(limits: Partial<AddressLimits> = {}) {
  const onRefused = vi.fn();
  const { admit, keep } = createConnectionLimiter({
    limits: { ...LIMITS, ...limits },
    monotonicNow: () => now,
    onRefused,
  });
  let port = 40_000;
  /** Opens a connection; returns it where it may stay. */
  const open = (remoteAddress?: string, remotePort = (port += 1)): EventEmitter | null => {
    const socket = Object.assign(new EventEmitter(), {
      remoteAddress,
      remotePort,
      destroy: () => socket.emit('close'),
    });
    return admit(socket as unknown as Socket) ? socket : null;
  };
  /** Opens and closes so many connections; returns how many could be opened. */
  const visit = (address: string, times: number): number =>
    Array.from({ length: times }, () => open(address)?.emit('close')).filter(Boolean).length;
  return { open, visit, onRefused, keep: keep as (connection: unknown, milliseconds: number | null) => void };
}

describe('an address', () => {
  test('may open so many connections at once, and one more when one has closed', () => {
    const { open, onRefused } = limiter({ maxBurst: 100 });
    const [first] = [open('10.0.0.1'), open('10.0.0.1'), open('10.0.0.1')];
    expect(open('10.0.0.1')).toBeNull();
    expect(onRefused).toHaveBeenCalledOnce();
    first?.emit('close');
    expect(open('10.0.0.1')).not.toBeNull();
  });

  test('has its burst, then so many connections a second', () => {
    const { visit } = limiter();
    expect(visit('10.0.0.1', 10)).toBe(4);
    now += 1_000;
    expect(visit('10.0.0.1', 10)).toBe(2);
    now += 60_000;
    expect(visit('10.0.0.1', 10)).toBe(4);
  });

  test('is the same as its IPv4-mapped form', () => {
    const { visit } = limiter();
    expect(visit('10.0.0.1', 3) + visit('::ffff:10.0.0.1', 3)).toBe(4);
  });

  test('takes nothing from another', () => {
    const { visit } = limiter();
    visit('10.0.0.1', 10);
    expect(visit('10.0.0.2', 10)).toBe(4);
  });

  test('beyond those that can be remembered is refused, until one of them is at rest', () => {
    const { open, visit } = limiter();
    visit('10.0.0.1', 1);
    open('10.0.0.2');
    expect(visit('10.0.0.3', 1)).toBe(0);
    now += 60_000;
    expect(visit('10.0.0.3', 1)).toBe(1);
    // The other one still has its connection.
    expect(visit('10.0.0.4', 1)).toBe(0);
  });

  test('that is not known is refused', () => {
    expect(limiter().open()).toBeNull();
  });
});

test('a connection that lasts too long is ended', () => {
  vi.useFakeTimers();
  try {
    const closed = vi.fn();
    limiter({ maxConnectionMilliseconds: 5_000 }).open('10.0.0.1')?.once('close', closed);
    vi.advanceTimersByTime(4_999);
    expect(closed).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(closed).toHaveBeenCalledOnce();
  } finally {
    vi.useRealTimers();
  }
});

test('a connection is kept also where it has the port of one whose end is seen later', () => {
  vi.useFakeTimers();
  try {
    const { open, keep } = limiter({ maxConnectionMilliseconds: 5_000 });
    const closed = vi.fn();
    const before = open('10.0.0.1', 50_000);
    const next = open('10.0.0.1', 50_000)?.once('close', closed);
    before?.emit('close');
    keep(next, 60_000);
    vi.advanceTimersByTime(59_999);
    expect(closed).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(closed).toHaveBeenCalledOnce();
  } finally {
    vi.useRealTimers();
  }
});

test('a connection lasts as long as it is told once somebody is known to use it', () => {
  vi.useFakeTimers();
  try {
    const { open, keep } = limiter({ maxConnectionMilliseconds: 5_000 });
    const [kept, other, free] = [vi.fn(), vi.fn(), vi.fn()];
    const first = open('10.0.0.1')?.once('close', kept);
    open('10.0.0.1')?.once('close', other);
    const third = open('10.0.0.1')?.once('close', free);
    keep(first, 60_000);
    keep(third, null);
    vi.advanceTimersByTime(59_999);
    expect([kept, other, free].map((closed) => closed.mock.calls.length)).toEqual([0, 1, 0]);
    vi.advanceTimersByTime(86_400_000);
    expect([kept, free].map((closed) => closed.mock.calls.length)).toEqual([1, 0]);
  } finally {
    vi.useRealTimers();
  }
});
