import { z } from 'zod';
import { hostPattern } from '../shape/hosts.ts';
import { keyedList, requiredDistinctList } from '../shape/lists.ts';
import { filePath, jsonPointer } from '../shape/paths.ts';

const argument = () =>
  jsonPointer().describe('JSON Pointer to the argument that the rule is about, such as `/path`.');

const pathRule = z.object({
  argument: argument(),
  allow: requiredDistinctList(filePath(), 32).describe(
    'Paths that the argument may lie at or under. Empty: none.',
  ),
  deny: requiredDistinctList(filePath(), 32).describe(
    'Paths at or under which the argument is refused although `allow` has it. Has to be written, `[]` for none.',
  ),
});

const domainRule = z.object({
  argument: argument(),
  allow: requiredDistinctList(hostPattern(), 32).describe(
    'Hosts that the URL may name: `example.com` is that name only, `*.example.com` every name below it. Empty: none.',
  ),
  deny: requiredDistinctList(hostPattern(), 32).describe(
    'Hosts that are refused although `allow` has them. Has to be written, `[]` for none.',
  ),
});

/** Which paths the arguments of a tool may name; for a tool of the agent's own also what may be mounted. */
export const pathRules = () =>
  keyedList(pathRule, ['argument'], 8).describe(
    "Which paths the tool's arguments may name. For a tool with executor `Agent` they also bound what may be mounted.",
  );

/** Which hosts the URLs in the arguments of a tool may name. */
export const domainRules = () =>
  keyedList(domainRule, ['argument'], 8).describe("Which hosts the URLs in the tool's arguments may name.");
