import { listFirst } from '../../lib/list-first.ts';
import type { VaultOrphan } from '../../policy/vault/find-orphans.ts';
import { describeUnread, type SearchedVault } from '../vault/read-orphans.ts';
import { failed, type Finding, noted, passed } from './finding.ts';

/** How many names are named. */
const MAX_NAMED = 5;

const SWEEP = 'List what there is of them: cloister vault sweep; and remove it: cloister vault sweep --yes';

/** What Vault holds of sandboxes that do not exist. */
export function judgeOrphans(
  subject: string,
  { orphans, unreadable, unread }: Pick<SearchedVault, 'orphans' | 'unreadable' | 'unread'>,
): readonly Finding[] {
  const open = orphans.filter(({ authMounts, hasNamesake }) => authMounts.length > 0 && !hasNamesake);
  const beside = orphans.filter(({ authMounts, hasNamesake }) => authMounts.length > 0 && hasNamesake);
  const closed = orphans.filter(({ authMounts }) => authMounts.length === 0);
  const findings = [
    ...(open.length === 0
      ? []
      : [failed(subject, `some are of sandboxes that do not exist: ${name(open)}. ${SWEEP}`)]),
    ...(beside.length === 0
      ? []
      : [
          failed(
            subject,
            `some are of the name of a sandbox that has its identity elsewhere, or none: ${name(beside)}. ${SWEEP}`,
          ),
        ]),
    ...unread.map((mount) => failed(subject, describeUnread(mount))),
    ...(closed.length === 0
      ? []
      : [
          noted(
            subject,
            `policies without an auth role belong to no sandbox of this cluster, and perhaps to another that uses the same Vault: ${name(closed)}. If not, remove them: cloister vault sweep --policies --yes`,
          ),
        ]),
    ...(unreadable.length === 0
      ? []
      : [
          noted(
            subject,
            `${listFirst(unreadable, MAX_NAMED)}: no name of a sandbox, so Cloister did not make it. Delete it, unless you need it`,
          ),
        ]),
  ];
  return findings.length === 0 ? [passed(subject, 'all belong to sandboxes that exist')] : findings;
}

function name(orphans: readonly VaultOrphan[]): string {
  return listFirst(orphans, MAX_NAMED, (orphan) => orphan.name);
}
