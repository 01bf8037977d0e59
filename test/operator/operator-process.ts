import { type FaultProxy, startFaultProxy } from '../kube/fault-proxy.ts';
import { writeProxiedKubeconfig } from '../kube/proxied-kubeconfig.ts';
import type { ControlPlane } from '../testbed/control-plane.ts';
import type { ProgramRunner, RunningProgram } from '../testbed/program-runner.ts';

/** The operator as a process of its own, behind a proxy that can cut it off and that sees what it asks for. */
export interface OperatorProcess extends RunningProgram {
  readonly proxy: FaultProxy;
  /** What it sent to be written, such as `PATCH /api/v1/namespaces/acme`; its lease and its events left out. */
  readonly writes: () => readonly string[];
  /** Kills it as a crash does when it sends its write of that number, from 0, which gets no answer but a fault. */
  readonly killAtWrite: (number: number) => void;
  readonly isLeader: () => Promise<boolean>;
}

const FLAGS = ['--gateway-image=packages.example.com/cloister:1', '--gateway-memory=256Mi'];
const ASIDE = /\/(leases|events)(\/|\?|$)/;

export async function startOperatorProcess(
  controlPlane: ControlPlane,
  runner: ProgramRunner,
  flags: readonly string[] = FLAGS,
): Promise<OperatorProcess> {
  const proxy = await startFaultProxy(controlPlane);
  const token = controlPlane.connection.tokens['operator'] ?? '';
  const kubeconfig = await writeProxiedKubeconfig(proxy.url, token);
  const environment = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };
  const program = await runner.start('operator', [`--kubeconfig=${kubeconfig}`, ...flags], { environment });
  const isWrite = (request: string): boolean => !request.startsWith('GET ') && !ASIDE.test(request);
  return {
    ...program,
    proxy,
    writes: () => proxy.requests.filter(isWrite),
    killAtWrite: (number) => {
      let count = 0;
      // The proxy has noted the request that it asks about.
      const isDue = (): boolean => isWrite(proxy.requests.at(-1) ?? '') && (count += 1) > number;
      const isKilled = (): boolean => {
        if (!isDue()) return false;
        program.process.signal('SIGKILL');
        return true;
      };
      proxy.answer(Number.POSITIVE_INFINITY, isKilled, { status: 503, body: '{}' });
    },
    isLeader: async () => {
      const answer = await fetch(program.metricsUrl).catch(() => undefined);
      return /^cloister_leader 1$/m.test((await answer?.text()) ?? '');
    },
  };
}
