import { test } from 'vitest';
import { checkBadInput, useBadInput } from './bad-input/use-bad-input.ts';

// A sample of `npm run test:faults`.
const gateway = useBadInput();

test('300 bad requests are refused with reasons, and leave nothing open', { timeout: 120_000 }, () =>
  checkBadInput(gateway, { requests: 300, seed: 1924 }),
);
