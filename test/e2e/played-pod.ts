/** An image that the sample role allows. */
export const IMAGE = `ghcr.io/acme/hermes@sha256:${'ab'.repeat(32)}`;
const AT = '2026-01-01T00:00:00Z';

/** What the kubelet would say: the start gate's end, the agent's, and the phase. */
export interface PlayedPod {
  readonly gate?: { readonly passed: boolean; readonly open?: readonly string[]; readonly problem?: string };
  readonly agent?: 'Running' | { readonly exitCode: number };
}

/** The status of a pod, as a kubelet would write it. */
export function playedStatus({ gate, agent }: PlayedPod): object {
  const container = { image: IMAGE, imageID: '', restartCount: 0 };
  const ended = (exitCode: number, message?: string) => ({
    terminated: {
      exitCode,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      message,
      startedAt: AT,
      finishedAt: AT,
    },
  });
  const isReady = agent === 'Running';
  const exitCode = typeof agent === 'object' ? agent.exitCode : null;
  const startedAt = new Date().toISOString().replace(/\.\d+/, '');
  return {
    phase: phaseOf({ gate, agent }),
    conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
    initContainerStatuses: [
      {
        ...container,
        name: 'start-gate',
        ready: gate?.passed ?? false,
        state:
          gate === undefined
            ? { waiting: { reason: 'PodInitializing' } }
            : ended(gate.passed ? 0 : 1, reportOf(gate)),
      },
    ],
    containerStatuses: [
      {
        ...container,
        name: 'agent',
        ready: isReady,
        state: isReady
          ? { running: { startedAt } }
          : exitCode === null
            ? { waiting: { reason: 'PodInitializing' } }
            : ended(exitCode),
      },
    ],
  };
}

function phaseOf({ gate, agent }: PlayedPod): string {
  if (gate?.passed === false) return 'Failed';
  if (typeof agent === 'object') return agent.exitCode === 0 ? 'Succeeded' : 'Failed';
  return agent === 'Running' ? 'Running' : 'Pending';
}

function reportOf({ passed, open = [], problem }: NonNullable<PlayedPod['gate']>): string {
  const counts = { closed: 12, faults: [], canary: true, rounds: 2, milliseconds: 900 };
  return JSON.stringify({ format: 1, passed, open, ...counts, problem });
}
