import { systemClock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import { profileFile } from '../policy/seccomp/compile-profile.ts';
import { SECCOMP_PROFILES } from '../policy/seccomp/profiles.ts';
import { readConfiguration } from '../seccomp-installer/configuration.ts';
import { keepProfiles } from '../seccomp-installer/keep-profiles.ts';
import { closeNow, listenOn } from '../serve/listen.ts';
import { createProbeServer } from '../serve/probes.ts';
import { orExit } from './or-exit.ts';

const configuration = orExit(() => readConfiguration(process.argv.slice(2), process.env));
const log = createLog({ program: 'seccomp-installer', level: configuration.logLevel });
const { folder, intervalMilliseconds } = configuration;
// The profiles are part of the program, so that no object in the cluster can change what a node gets.
const files = SECCOMP_PROFILES.map((profile) => ({
  name: `${profile.name}.json`,
  content: profileFile(profile),
}));
const keeper = keepProfiles({ folder, files, intervalMilliseconds, clock: systemClock, logger: log });

let isDraining = false;
const probes = createProbeServer({
  checks: [{ name: 'profiles', problem: keeper.problem }],
  isDraining: () => isDraining,
  monotonicNow: () => performance.now(),
});
listenOn(probes, configuration.probePort, configuration.address).then(
  (port) => log.info({ folder, port }, 'started'),
  (error: unknown) => {
    log.fatal({ err: error }, 'the probes cannot be served');
    process.exit(1);
  },
);

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void shutdown());

async function shutdown(): Promise<void> {
  isDraining = true;
  await keeper.stop();
  await closeNow(probes);
  process.exit(0);
}
