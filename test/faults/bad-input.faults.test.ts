import { test } from 'vitest';
import { checkBadInput, useBadInput } from './bad-input/use-bad-input.ts';

const SEED = Number(process.env['CLOISTER_FAULT_SEED']);
const gateway = useBadInput();

test(
  '20,000 bad requests are refused with reasons, and leave no memory, sockets or secrets behind',
  {
    timeout: 3_600_000,
  },
  () => checkBadInput(gateway, { requests: 20_000, seed: SEED }),
);
