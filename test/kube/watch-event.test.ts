import { expect, test } from 'vitest';
import { parseWatchEvent } from '../../src/kube/watch-event.ts';

const metadata = { name: 'one', resourceVersion: '7' };

test('the three kinds of change and the bookmark are read', () => {
  const read = (type: string): unknown =>
    parseWatchEvent('watch Pod', JSON.stringify({ type, object: { metadata } }));
  expect(read('ADDED')).toEqual({ type: 'Added', object: { metadata } });
  expect(read('MODIFIED')).toEqual({ type: 'Modified', object: { metadata } });
  expect(read('DELETED')).toEqual({ type: 'Deleted', object: { metadata } });
  expect(read('BOOKMARK')).toEqual({ type: 'Bookmark', resourceVersion: '7' });
});

test.for([
  {
    line: '{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}',
    reason: 'Gone',
  },
  { line: '{"type":"ERROR","object":{"kind":"Status","code":410}}', reason: 'Gone' },
  { line: '{"type":"ERROR","object":{"code":500,"reason":"InternalError"}}', reason: 'InternalError' },
  { line: '{"type":"ERROR"}', reason: 'InternalError' },
  { line: '{"type":"ADDED","object":{"metadata', reason: 'Unknown' },
  { line: '{"type":"ADDED","object":{"spec":{}}}', reason: 'Unknown' },
  { line: '{"type":"RENAMED","object":{"metadata":{}}}', reason: 'Unknown' },
  { line: 'null', reason: 'Unknown' },
])('$line is an error with reason $reason', ({ line, reason }) => {
  expect(() => parseWatchEvent('watch Pod', line)).toThrow(expect.objectContaining({ reason }));
});
