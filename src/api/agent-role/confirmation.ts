import { z } from 'zod';
import { subjectName } from '../shape/names.ts';
import { rules } from '../shape/rules.ts';
import { seconds } from '../shape/times.ts';

const approver = z
  .object({
    group: subjectName().optional().describe('Any member of this group may decide.'),
    user: subjectName().optional().describe('This user may decide.'),
  })
  .meta(
    rules({
      rule: 'has(self.group) != has(self.user)',
      message: 'must have exactly one of group and user',
    }),
  );

/** The people who may decide a call, exactly one of group and user each. */
export const approvers = () =>
  z
    .array(approver)
    .max(16)
    .default([])
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .describe('Who may decide. Needed with `when: Always`.');

/** How many people must approve. */
export const minApprovals = () =>
  z.int().min(1).max(8).default(1).describe('How many different people must approve.');

/** Whether somebody may decide over their own sandbox. */
export const separation = () =>
  z
    .enum(['NotCreator', 'None'])
    .default('NotCreator')
    .describe('`NotCreator`: the user who created the sandbox may not decide. `None`: they may.');

/** Whether a person is asked before a call. */
export const confirmation = z
  .object({
    when: z.enum(['Never', 'Always']).describe('Whether a person is asked before the call is made.'),
    approvers: approvers(),
    minApprovals: minApprovals(),
    expiresSeconds: seconds(30, 86_400)
      .default(600)
      .describe('How long people may decide. After that the call is denied.'),
    separation: separation(),
  })
  .meta(
    rules(
      {
        rule: "self.when != 'Always' || self.approvers.size() > 0",
        message:
          'must not be empty when a person is asked: list who may decide, or set confirmation.when to Never',
        fieldPath: '.approvers',
        reason: 'FieldValueRequired',
      },
      {
        rule: 'self.approvers.size() == 0 || self.approvers.exists(a, has(a.group)) || self.minApprovals <= self.approvers.size()',
        message: 'must not be more than the number of users in approvers, unless a group may approve',
        fieldPath: '.minApprovals',
      },
    ),
  );
