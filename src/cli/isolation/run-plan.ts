import { connect } from 'node:net';
import { readFile } from 'node:fs/promises';
import { systemNamespaceOf } from '../../api/names.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { readAdminLogin } from '../../credentials/admin-login.ts';
import { systemClock } from '../../lib/clock.ts';
import { errorMessage } from '../../lib/error-message.ts';
import { Secret } from '../../lib/secret.ts';
import { socketAddress } from '../../lib/settings.ts';
import { singleLine } from '../../lib/single-line.ts';
import { type DatabaseRecord, wantedRecord } from '../../policy/database/database-record.ts';
import { isDatabaseError } from '../../postgres/database-error.ts';
import type { DatabaseLogin } from '../../postgres/database-session.ts';
import { openDatabase } from '../../postgres/open-database.ts';
import { EXIT, type ExitCode, type Terminal } from '../command.ts';
import { useCluster } from '../use-cluster.ts';
import { findTenant, readTenantsOf } from './find-tenant.ts';
import { printPlan } from './print-plan.ts';
import { readPlan } from './read-plan.ts';

export interface PlanFlags {
  readonly filename?: readonly string[];
  readonly tenant?: string;
  readonly loginFile?: string;
  readonly connect?: string;
  readonly kubeconfig?: string;
  readonly output: 'text' | 'json';
}

const END = new AbortController().signal;

/** Prints the plan of one tenant. */
export async function runPlan(flags: PlanFlags, terminal: Terminal): Promise<ExitCode> {
  const read = await readTenantsOf(flags, terminal);
  if (read === null) return EXIT.unusable;
  const found = findTenant(read, flags.tenant);
  if ('problem' in found) return fail(terminal, found.problem);
  const record = wantedRecord(found.tenant);
  if (record === null)
    return fail(terminal, `TenantIsolation "${found.tenant.metadata.name}" has no spec.database`);
  const target = parseTarget(flags.connect);
  if (typeof target === 'string') return fail(terminal, target);
  const login = await findLogin(found.tenant, record, { flags, terminal });
  if (login === null) return EXIT.unusable;
  const { host, port, database, caBundle } = record.database.connection;
  const authority = caBundle === undefined ? null : Buffer.from(caBundle, 'base64').toString('utf8');
  try {
    const session = await openDatabase({
      place: { host, port, database, authority },
      login,
      clock: systemClock,
      ...(target === null ? {} : { dial: async () => connect({ host: target.address, port: target.port }) }),
    });
    try {
      const plan = await readPlan(session, found.tenant, found.others);
      printPlan(plan, flags.output, terminal);
      return plan.refusals.length > 0 || plan.isOpen ? EXIT.violations : EXIT.clean;
    } finally {
      await session.close();
    }
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    return fail(terminal, error.message);
  }
}

function fail(terminal: Terminal, problem: string): ExitCode {
  terminal.error(`error: ${singleLine(problem)}\n`);
  return EXIT.unusable;
}

/** Null where the host of the tenant is reached as it is; a sentence where the flag cannot be read. */
function parseTarget(text: string | undefined): { address: string; port: number } | string | null {
  if (text === undefined) return null;
  const parsed = socketAddress(text);
  return 'problem' in parsed
    ? `--connect is ${JSON.stringify(text)}; must be ${parsed.problem}`
    : parsed.value;
}

interface Given {
  readonly flags: PlanFlags;
  readonly terminal: Terminal;
}

/** Null where there is none, which was told. */
async function findLogin(
  { metadata }: TenantIsolation,
  record: DatabaseRecord,
  { flags, terminal }: Given,
): Promise<DatabaseLogin | null> {
  if (flags.loginFile !== undefined) return readLoginFile(flags.loginFile, terminal);
  let login: DatabaseLogin | null = null;
  const options = { kubeconfig: flags.kubeconfig, userAgent: 'cloister-isolation' };
  await useCluster(options, terminal, async (client) => {
    const sources = { client, namespace: systemNamespaceOf(metadata.name), staticLogins: null };
    const admin = await readAdminLogin(record, sources, END);
    if ('problem' in admin) return fail(terminal, `${admin.problem}. Give --login-file`);
    ({ login } = admin);
    return EXIT.clean;
  });
  return login;
}

async function readLoginFile(path: string, terminal: Terminal): Promise<DatabaseLogin | null> {
  try {
    const [user = '', password = ''] = (await readFile(path, 'utf8')).split(/\r?\n/);
    if (user !== '' && password !== '') return { user, password: new Secret(password) };
    fail(
      terminal,
      `--login-file ${path} must have the user in its first line and the password in its second`,
    );
  } catch (error) {
    fail(terminal, `--login-file ${path} cannot be read: ${errorMessage(error)}`);
  }
  return null;
}
