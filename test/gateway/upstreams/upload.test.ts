import { expect, test, vi } from 'vitest';
import { createWholeUpload } from '../../../src/gateway/upstreams/upload.ts';

const whole = Buffer.alloc(1_024 * 1_024, 'abc');

test('a whole body is sent in pieces that do not keep it, and is kept until the last', async () => {
  const onSent = vi.fn();
  const upload = createWholeUpload(whole, onSent);
  const pieces: Buffer[] = [];
  for await (const piece of upload) {
    expect(onSent).not.toHaveBeenCalled();
    pieces.push(piece as Buffer);
  }
  await vi.waitFor(() => expect(onSent).toHaveBeenCalledOnce());
  expect(Buffer.concat(pieces).equals(whole)).toBe(true);
  for (const piece of pieces) expect(piece.buffer).not.toBe(whole.buffer);
});

test('a whole body that is not sent to its end is kept no longer', async () => {
  const onSent = vi.fn();
  createWholeUpload(whole, onSent).destroy(new Error('the connection was lost'));
  await vi.waitFor(() => expect(onSent).toHaveBeenCalledOnce());
});
