import { minimalAgentApproval } from '../../build/agent-approval.ts';
import { minimalAgentQuarantine } from '../../build/agent-quarantine.ts';
import { changedObject } from '../../build/changed-object.ts';
import type { BadObject } from './bad-object.ts';
import { refused } from './refused.ts';

const approval = (changes: Readonly<Record<string, unknown>>) => changedObject(minimalAgentApproval, changes);
const quarantine = (changes: Readonly<Record<string, unknown>>) =>
  changedObject(minimalAgentQuarantine, changes);

const badApproval = refused('Schema', approval);
const badQuarantine = refused('Schema', quarantine);

const target = (value: unknown) => ({ '/spec/target': value });

/** Approvals and quarantines that cannot be. */
export const badDecisions: readonly BadObject[] = [
  badApproval(
    'arguments over 32 KiB',
    { '/spec/arguments': `"${'a'.repeat(32_768)}"` },
    'spec.arguments',
    /Too long/,
  ),
  badApproval(
    'an approval without the sandbox’s UID',
    { '/spec/sandboxUID': undefined },
    'spec.sandboxUID',
    /Required/,
  ),
  badApproval(
    'a digest that is none',
    { '/spec/argumentsDigest': 'abc' },
    'spec.argumentsDigest',
    /should match/,
  ),
  badApproval(
    'arguments that are no string',
    { '/spec/arguments': [1] },
    'spec.arguments',
    /must be of type string/,
  ),
  badApproval(
    'an approver that is nobody',
    { '/spec/approvers': [{ group: 'sre' }, {}] },
    'spec.approvers[1]',
    /exactly one of group and user/,
  ),
  badApproval(
    'an approver that is both a group and a user',
    { '/spec/approvers': [{ group: 'sre', user: 'ann' }] },
    'spec.approvers[0]',
    /exactly one of group and user/,
  ),
  {
    ...badApproval(
      'arguments that were changed',
      { '/spec/arguments': '{"a":1}' },
      'spec',
      /spec cannot be changed/,
    ),
    before: approval({}),
  },
  {
    ...badApproval(
      'approvers that were changed',
      { '/spec/approvers': [{ user: 'ann' }] },
      'spec',
      /spec cannot be changed/,
    ),
    before: approval({}),
  },
  badQuarantine(
    'a quarantine of everything that names something',
    target({ type: 'All', name: 'x' }),
    'spec.target.name',
    /every type except All/,
  ),
  badQuarantine(
    'a quarantine of a role without its name',
    target({ type: 'Role' }),
    'spec.target.name',
    /every type except All/,
  ),
  badQuarantine(
    'a quarantine of a sandbox without its namespace',
    target({ type: 'Sandbox', name: 'x' }),
    'spec.target.namespace',
    /must be set with type Sandbox, and only with it/,
  ),
  badQuarantine(
    'a quarantine of a tenant with a namespace',
    target({ type: 'Tenant', namespace: 'x', name: 'x' }),
    'spec.target.namespace',
    /must be set with type Sandbox, and only with it/,
  ),
  badQuarantine(
    'a quarantine of everything in a namespace',
    target({ type: 'All', namespace: 'x' }),
    'spec.target.namespace',
    /must be set with type Sandbox, and only with it/,
  ),
  badQuarantine('a quarantine without a reason', { '/spec/reason': '' }, 'spec.reason', /at least 1 chars/),
  {
    ...badQuarantine(
      'a quarantine turned to another target',
      target({ type: 'Role', name: 'other' }),
      'spec',
      /spec cannot be changed/,
    ),
    before: quarantine({}),
  },
];
