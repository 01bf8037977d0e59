import { loginMark } from '../../../src/policy/database/login-statements.ts';
import { vaultName } from '../../../src/policy/vault/vault-identity.ts';
import { playedStatus } from '../../e2e/played-pod.ts';
import { must } from '../gateway/start-demo-gateway.ts';
import type { Outcome, PlayedStep } from '../play-steps.ts';
import { createAskForToken, tokenOfIdentity } from '../vault-visitor.ts';
import { type DatabaseStage, isolationOf } from './database-stage.ts';
import {
  ACME,
  connectionOf,
  DATABASE,
  type DemoTenant,
  GLOBEX,
  ROWS,
  SANDBOX,
  TABLE,
} from './demo-tenants.ts';

const ALL = `SELECT tenant_id, id FROM ${TABLE} ORDER BY id`;
const OWNER = { tenant: ACME.name, namespace: ACME.namespace, sandbox: SANDBOX };

/** Two tenants whose rows are in one table: what their agents reach, what they try, and what is left of them. */
export function databaseSteps(stage: DatabaseStage): readonly PlayedStep[] {
  return [
    proven(stage),
    rowsOf(stage, ACME),
    rowsOf(stage, GLOBEX),
    ...ATTACKS.map(([step, query]) => refused(stage, step, query)),
    foreignRow(stage),
    manyAtOnce(stage),
    stolenLogin(stage),
    brokenPolicy(stage),
    bypass(stage),
    withheld(stage),
    mended(stage),
    completed(stage),
  ];
}

function proven({ calls }: DatabaseStage): PlayedStep {
  return {
    step: 'the operator keeps the rows of two tenants apart, and tries to get past that as each',
    expected: 'Proven twice',
    run: async () => {
      const found = [
        await isolationOf(calls, ACME, ['Proven']),
        await isolationOf(calls, GLOBEX, ['Proven']),
      ];
      return { got: 'Proven twice', details: found.map(({ message }) => `  - ${message}`) };
    },
  };
}

function rowsOf({ ask }: DatabaseStage, tenant: DemoTenant): PlayedStep {
  return {
    step: `the agent of ${tenant.name}: ${ALL}`,
    expected: `${ROWS} rows of ${tenant.name}`,
    run: async () => {
      const { rows, reason, message } = await ask(tenant, 'read_orders', ALL);
      if (reason !== null) return { got: reason, by: 'Gateway', details: [`  - ${message}`] };
      const whose = [...new Set(rows.map(([of]) => String(of)))].join(' and ');
      return { got: `${rows.length} rows of ${whose}` };
    },
  };
}

const ATTACKS: readonly (readonly [step: string, query: string])[] = [
  ['a SET of the tenant', `SET cloister.tenant = '${GLOBEX.name}'`],
  [
    'the same as a function, to be left in the session',
    `SELECT set_config('cloister.tenant', '${GLOBEX.name}', false)`,
  ],
  ['SET ROLE', 'SET ROLE cloister_agents'],
  [
    'a DELETE in a common table expression',
    `WITH gone AS (DELETE FROM ${TABLE} RETURNING id) SELECT id FROM gone`,
  ],
  ['a second statement', `SELECT 1; DELETE FROM ${TABLE}`],
];

function refused({ ask }: DatabaseStage, step: string, query: string): PlayedStep {
  return {
    step,
    expected: 'StatementNotAllowed by Gateway',
    run: async () => told(await ask(ACME, 'read_orders', query)),
  };
}

function told({ reason, message, rows }: Awaited<ReturnType<DatabaseStage['ask']>>): Outcome {
  if (reason === null) return { got: `${rows.length} rows` };
  return {
    got: reason,
    by: reason === 'StatementFailed' ? 'PostgreSQL' : 'Gateway',
    details: [`  - ${message}`],
  };
}

function foreignRow({ ask }: DatabaseStage): PlayedStep {
  return {
    step: `the agent of acme, with a tool that writes, inserts a row of ${GLOBEX.name}`,
    expected: 'StatementFailed by PostgreSQL',
    run: async () => {
      const insert = `INSERT INTO ${TABLE} (tenant_id, id) VALUES ('${GLOBEX.name}', 99)`;
      return told(await ask(ACME, 'write_orders', insert));
    },
  };
}

function manyAtOnce({ ask }: DatabaseStage): PlayedStep {
  return {
    step: 'both agents ask eight times at once, on few sessions',
    expected: '16 answers, none with a row of the other',
    run: async () => {
      const asked = [ACME, GLOBEX].flatMap((tenant) =>
        Array.from({ length: 8 }, async () => {
          const { rows, reason } = await ask(tenant, 'read_orders', ALL);
          return reason === null && rows.length === ROWS && rows.every(([of]) => of === tenant.name);
        }),
      );
      const good = (await Promise.all(asked)).filter(Boolean).length;
      return { got: `${good} answers, none with a row of the other` };
    },
  };
}

/** Makes a login as the sandbox can in Vault, and uses it past the gateway, as nothing in the network would allow. */
async function steal({ vault, controlPlane, postgres }: DatabaseStage) {
  const given = await createAskForToken(controlPlane, ACME.name)(tokenOfIdentity(OWNER));
  if ('refusal' in given) throw new Error(given.refusal);
  const call = await vault.loggedIn(vaultName(OWNER), given.token);
  const { data, status, errors } = await call('GET', `database/creds/${vaultName(OWNER)}`);
  if (status >= 300) throw new Error(`no login: ${status} ${errors.join('; ')}`);
  return postgres.connect(DATABASE, String(data['username']), String(data['password']));
}

function stolenLogin(stage: DatabaseStage): PlayedStep {
  return {
    step: 'a login of the agent is stolen, and used at the database itself as the other tenant',
    expected: '0 rows',
    run: async () => {
      const client = await steal(stage);
      await client.query(`SET cloister.tenant = '${GLOBEX.name}'`);
      const { rows } = await client.query(ALL);
      await client.end();
      return { got: `${rows.length} rows`, details: [`  - ${connectionOf(ACME.name)}: ${ALL}`] };
    },
  };
}

function brokenPolicy({ postgres, calls }: DatabaseStage): PlayedStep {
  return {
    step: 'somebody disables row-level security on the table, and changes its policy',
    expected: 'Repaired',
    run: async () => {
      const since = performance.now();
      const admin = await postgres.connect(DATABASE);
      await admin.query(`ALTER TABLE ${TABLE} DISABLE ROW LEVEL SECURITY;
        ALTER POLICY cloister_tenant ON ${TABLE} USING (true)`);
      const repaired = `SELECT 1 FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = 'cloister_tenant'
        WHERE c.oid = '${TABLE}'::regclass AND c.relrowsecurity AND pg_get_expr(p.polqual, c.oid) <> 'true'`;
      await calls.wait('the repair', async () =>
        (await admin.query(repaired)).rows.length === 1 ? true : undefined,
      );
      return { got: 'Repaired', details: [after(since)] };
    },
  };
}

function after(since: number): string {
  return `  - after ${((performance.now() - since) / 1000).toFixed(1)} s`;
}

function bypass({ postgres, calls }: DatabaseStage): PlayedStep {
  return {
    step: 'somebody gives agents a view, which reads as its owner and so every row',
    expected: 'Caught',
    run: async () => {
      const since = performance.now();
      const admin = await postgres.connect(DATABASE);
      await admin.query(`CREATE VIEW public.all_orders AS SELECT * FROM ${TABLE};
        GRANT SELECT ON public.all_orders TO cloister_agents`);
      const { reason, message } = await isolationOf(calls, ACME, ['Reached', 'FindingsFound']);
      return { got: 'Caught', details: [`${after(since)}, ${reason}: ${message}`] };
    },
  };
}

function withheld({ ask, calls }: DatabaseStage): PlayedStep {
  return {
    step: 'a statement of the agent now',
    expected: 'DatabaseNotIsolated by Gateway',
    run: async () =>
      calls.wait('the gateway to know', async () => {
        const answer = await ask(ACME, 'read_orders', ALL);
        return answer.reason === null ? undefined : told(answer);
      }),
  };
}

function mended({ ask, calls, postgres }: DatabaseStage): PlayedStep {
  return {
    step: 'the view is dropped, and the isolation tried again',
    expected: `${ROWS} rows`,
    run: async () => {
      const admin = await postgres.connect(DATABASE);
      await admin.query('DROP VIEW public.all_orders');
      await isolationOf(calls, ACME, ['Proven']);
      return calls.wait('the gateway to know', async () => {
        const answer = await ask(ACME, 'read_orders', ALL);
        return answer.reason === null ? told(answer) : undefined;
      });
    },
  };
}

function completed(stage: DatabaseStage): PlayedStep {
  const { calls, postgres } = stage;
  return {
    step: 'the task of the agent is completed, while a stolen session of its login is open',
    expected: 'no login and no session left',
    run: async () => {
      const path = `/apis/cloister.dev/v1alpha1/namespaces/${ACME.namespace}/agentsandboxes/${SANDBOX}`;
      const { uid } = (await calls.read(path))!.metadata;
      // Vault gets the role of the sandbox back when the operator knows of the proof.
      const thief = await calls.wait('a login', () => steal(stage).catch(() => undefined));
      const status = playedStatus({ gate: { passed: true }, agent: { exitCode: 0 } });
      await must(
        calls.send('PATCH', `/api/v1/namespaces/${ACME.namespace}/pods/${SANDBOX}/status`, { status }),
      );
      const since = performance.now();
      const admin = await postgres.connect(DATABASE);
      const left = `SELECT r.rolname, (SELECT count(*)::int FROM pg_stat_activity a WHERE a.usesysid = r.oid) AS sessions
        FROM pg_roles r WHERE shobj_description(r.oid, 'pg_authid') = $1`;
      await calls.wait('the end of its logins', async () => {
        const { rows } = await admin.query(left, [loginMark(uid)]);
        return rows.length === 0 ? true : undefined;
      });
      const isCut = await thief.query('SELECT 1').then(
        () => false,
        () => true,
      );
      return { got: isCut ? 'no login and no session left' : 'a session left', details: [after(since)] };
    },
  };
}
