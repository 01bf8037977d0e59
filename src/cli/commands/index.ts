import type { Command } from '../command.ts';
import { explain } from './explain.ts';
import { harden } from './harden.ts';
import { review } from './review.ts';
import { version } from './version.ts';

/** The commands of `cloister`, in the order of its help. */
export const COMMANDS: readonly Command[] = [review, harden, explain, version];
