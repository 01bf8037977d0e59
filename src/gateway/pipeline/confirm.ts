import type { Filter } from './call.ts';
import { refusalOfDecision } from './refusal.ts';

/** Nobody can be asked yet, so that what a person has to confirm is refused with the reason that says so. */
export const confirm: Filter = {
  name: 'confirm',
  run: ({ decision }) => (decision === null ? null : refusalOfDecision(decision)),
};
