import { expect, test } from 'vitest';
import { encodeResponse } from '../../src/gateway/tool-api/encode-response.ts';

test.for<readonly [string, Buffer, string]>([
  ['text', Buffer.from('Grüße,\n\tWelt\r\n'), 'utf-8'],
  ['nothing', Buffer.alloc(0), 'utf-8'],
  ['what is not UTF-8', Buffer.from([0xff, 0xfe]), 'base64'],
  ['control characters, which JSON would write with six characters each', Buffer.alloc(100, 1), 'base64'],
])('%s is written so that it stays near its size', ([, body, encoding]) => {
  const encoded = encodeResponse({ status: 200, headers: {}, body });
  expect(encoded.encoding).toBe(encoding);
  expect(Buffer.from(encoded.body, encoding as BufferEncoding)).toEqual(body);
  expect(JSON.stringify(encoded.body).length).toBeLessThanOrEqual(2 * body.length + 4);
});
