import { startControlPlane } from '../../testbed/control-plane.ts';
import { startPostgres } from '../../testbed/postgres/start-postgres.ts';
import { startCloister } from '../../testbed/start-cloister.ts';
import { operatorVaultFlags, startBoundVault } from '../../testbed/vault/bind-vault.ts';
import type { OtherDemo } from '../node.ts';
import { playSteps } from '../play-steps.ts';
import { cloisterOptions } from '../prepare.ts';
import { databaseSteps } from './database-steps.ts';
import { outsideOf, prepareDatabaseStage } from './database-stage.ts';

/** How often the operator tries the isolation here; otherwise each hour. */
const PROBE_FLAG = '--database-probe-seconds=10';

/** Starts PostgreSQL and Vault beside an API server, and plays what agents of two tenants reach in one table. Returns whether each step went as expected. */
export async function playWithDatabase({ tell, print }: OtherDemo): Promise<boolean> {
  tell(
    'starting etcd, kube-apiserver, kube-controller-manager, Vault and PostgreSQL (built first, where they are not there yet)',
  );
  const ends: (() => Promise<void>)[] = [];
  const ending = <T extends { readonly stop: () => Promise<void> }>(started: T): T => {
    ends.unshift(started.stop);
    return started;
  };
  try {
    const controlPlane = ending(await startControlPlane());
    const vault = ending(await startBoundVault(controlPlane));
    const postgres = ending(await startPostgres({ version: 18 }));
    tell('installing kinds, policies and registrations; starting operator and webhook');
    const environment = { OUTSIDE: JSON.stringify(outsideOf(postgres)) };
    const cloister = ending(
      await startCloister(controlPlane, {
        ...cloisterOptions([...operatorVaultFlags(vault), PROBE_FLAG]),
        operatorProcess: { file: 'test/demo/database/run-operator.ts', environment },
      }),
    );
    tell(
      'applying a role and two tenants, connecting Vault to the database, and running a sandbox and a gateway of each',
    );
    const stage = ending(await prepareDatabaseStage({ controlPlane, cloister, vault, postgres }));
    print.heading('Two tenants with rows in one table');
    const ok = await playSteps(databaseSteps(stage), print);
    tell(ok ? 'every step went as expected' : 'a step did not go as expected');
    return ok;
  } finally {
    for (const end of ends) await end();
  }
}
