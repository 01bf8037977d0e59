import { z } from 'zod';
import {
  always,
  cannotBeKept,
  changedInForm,
  type Explanations,
  ofSwitch,
  takenOver,
  tightened,
} from '../verdict.ts';

/** What is recorded, and for how long. */
export const auditSection = z.object({
  enabled: z.boolean().default(true),
  log_level: z.enum(['ALL']).default('ALL'),
  storage: z.enum(['append_only_s3', 'file', 'stdout']).default('file'),
  retention_days: z.int().min(1).max(3650).default(365),
});

type AuditSection = z.infer<typeof auditSection>;

export const auditExplanations: Explanations<AuditSection> = {
  enabled: ofSwitch(
    takenOver('Each gateway records what it decides. A call that cannot be recorded is denied.'),
    tightened('The audit cannot be switched off. Each gateway records what it decides.'),
  ),
  log_level: always(takenOver('audit.record All of each role. Arguments are recorded as keyed digests.')),
  storage: (value) => {
    if (value === 'append_only_s3') {
      return cannotBeKept(
        'This release writes no objects to S3. Records are chained and signed in files on the volume of each replica, so that cloister audit verify finds what was changed or removed; copy the files to a bucket with Object Lock.',
      );
    }
    return value === 'stdout'
      ? changedInForm(
          'The value gateway.audit.standardOutput of the chart, beside the files of each replica: see -o values.',
        )
      : takenOver('Records are chained and signed in files on the volume of each replica.');
  },
  retention_days: () =>
    takenOver(
      'The value gateway.audit.retentionDays of the chart, which holds for the installation: see -o values.',
    ),
};
