import type { Bar, Measurement } from '../bar.ts';
import {
  type ContainmentFigures,
  type ContainmentScale,
  measureContainment,
} from '../containment/measure-containment.ts';
import { tallyCalls, type VaultCall } from '../containment/vault-audit.ts';
import { median } from '../statistics.ts';
import { barsOfOneRun } from './bars-of-one-run.ts';

const FULL: ContainmentScale = { sandboxes: 50, rounds: 3, isBuilt: true };
const QUICK: ContainmentScale = { sandboxes: 10, rounds: 1, isBuilt: true };

const bar = barsOfOneRun({ name: 'containment', full: FULL, quick: QUICK, measure: measureContainment });

/** What Vault is asked for a sandbox, and how soon nothing can be done as one. All bars take their figures from one run. */
export const CONTAINMENT_BARS: readonly Bar[] = [
  bar('vault_calls_create', 'requests', 4, takeCreate),
  bar('vault_calls_steady', 'requests', 3, takeSteady),
  bar('vault_calls_kill', 'requests', 10, takeKill),
  bar('contain_50_max', 's', 3, takeSlowest),
  bar('seconds_to_contain', 's', null, takeSaid),
];

export function takeCreate({ create }: ContainmentFigures, { sandboxes }: ContainmentScale): Measurement {
  return perSandbox(create, sandboxes);
}

export function takeSteady({ steady }: ContainmentFigures, { sandboxes }: ContainmentScale): Measurement {
  return perSandbox(steady, sandboxes);
}

export function takeKill({ kill }: ContainmentFigures, { sandboxes }: ContainmentScale): Measurement {
  return perSandbox(kill, sandboxes);
}

function perSandbox(calls: readonly VaultCall[], sandboxes: number): Measurement {
  return { value: calls.length / sandboxes, detail: `of ${sandboxes} sandboxes: ${tallyCalls(calls)}` };
}

/** The median of what the rounds took for their slowest sandbox. */
export function takeSlowest({ rounds }: ContainmentFigures): Measurement {
  const slowest = rounds.map(({ refusals }) =>
    seconds(Math.max(...refusals.map((one) => Math.max(one.readMilliseconds, one.logInMilliseconds)))),
  );
  const all = rounds.flatMap(({ refusals }) => refusals);
  const reads = median(all.map(({ readMilliseconds }) => readMilliseconds));
  const logins = median(all.map(({ logInMilliseconds }) => logInMilliseconds));
  const medians = `medians: its token ${seconds(reads).toFixed(2)} s, and a login after that ${seconds(logins).toFixed(2)} s`;
  return {
    value: median(slowest),
    detail: `${slowest.map((value) => value.toFixed(2)).join(', ')} in ${rounds.length} rounds; ${medians}; no leases`,
  };
}

/** The greatest of all rounds. */
export function takeSaid({ rounds }: ContainmentFigures): Measurement {
  const said = rounds.map(({ secondsToContain }) => secondsToContain);
  return { value: Math.max(...said), detail: `${said.join(', ')}, as the quarantines say` };
}

function seconds(milliseconds: number): number {
  return milliseconds / 1_000;
}
