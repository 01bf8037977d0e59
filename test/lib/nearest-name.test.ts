import { expect, test } from 'vitest';
import { nearestName } from '../../src/lib/nearest-name.ts';

const NAMES = ['image', 'volumes', 'restartPolicy', 'env'];

test.for([
  ['a letter is missing', 'imge', 'image'],
  ['a letter is too much', 'imagee', 'image'],
  ['a letter is another', 'imaga', 'image'],
  ['two letters are swapped', 'imgae', 'image'],
  ['the case differs', 'RestartPolicy', 'restartPolicy'],
  ['the beginning of a name', 'restart', 'restartPolicy'],
  ['another word', 'ports', null],
  ['a short word that is all wrong', 'abc', null],
  ['nothing', '', null],
] as const)('%s', ([, typed, name]) => {
  expect(nearestName(typed, NAMES)).toBe(name);
});

test('of two near names the nearer one is chosen', () => {
  expect(nearestName('volume', ['volumes', 'volumeMounts', 'column'])).toBe('volumes');
});
