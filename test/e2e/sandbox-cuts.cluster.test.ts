import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { casesOfRun } from '../faults/sample-of.ts';
import { startFaultProxy } from '../kube/fault-proxy.ts';
import { writeProxiedKubeconfig } from '../kube/proxied-kubeconfig.ts';
import { freeLease } from '../operator/free-lease.ts';
import { createProgramRunner, type ProgramRunner, type RunningProgram } from '../testbed/program-runner.ts';
import { NAMESPACE } from './samples.ts';
import { OPERATOR_FLAGS, RUNNING, useSandboxes } from './use-sandboxes.ts';

const { calls, cloister, controlPlane, changeSandbox, make, nextPod, play, run, says } = useSandboxes();

describe('an operator that is killed between two writes', () => {
  let runner: ProgramRunner;
  beforeAll(async () => {
    runner = await createProgramRunner();
    await cloister().operator.stop(5_000);
  });
  afterAll(() => runner.stop());

  const ALL = /\/(serviceaccounts\/[^/]+|secrets|pods|pods\/[^/]+|agentsandboxes\/[^/]+\/status)$/;
  const isWrite = ({ pathname }: URL): boolean =>
    pathname.includes(`/namespaces/${NAMESPACE}/`) && ALL.test(pathname);

  /** Runs an operator that is cut off after so many writes and killed, and then one that is not. */
  const cutAfter = async (most: number, change: () => Promise<unknown>): Promise<RunningProgram> => {
    const proxy = await startFaultProxy(controlPlane());
    let writes = 0;
    let stopped = false;
    const isTooLate = (url: URL): boolean => isWrite(url) && (stopped ||= ++writes > most);
    proxy.answer(10_000, isTooLate, { status: 503, body: '{}' });
    const token = controlPlane().connection.tokens['operator'] ?? '';
    const proxied = await writeProxiedKubeconfig(proxy.url, token);
    const cut = await runner.start('operator', [`--kubeconfig=${proxied}`, ...OPERATOR_FLAGS]);
    await change();
    await vi.waitFor(() => expect(stopped).toBe(true), { timeout: 30_000 });
    await cut.process.stop(0);
    await freeLease(calls());
    await proxy.close();
    return startWhole();
  };
  const startWhole = () => {
    const kubeconfig = controlPlane().kubeconfigFor('operator');
    return runner.start('operator', [`--kubeconfig=${kubeconfig}`, ...OPERATOR_FLAGS]);
  };

  test.for(casesOfRun([0, 1, 2, 3, 4], 3))(
    'after %d of a new sandbox, has it run when it is started again',
    async (most) => {
      const name = `cut-${most}`;
      const whole = await cutAfter(most, () => make(name));
      const { metadata } = await nextPod(name);
      await play(name, RUNNING);
      const status = await says(name, 'Ready True/Ready');
      expect(status.pod?.uid).toBe(metadata.uid);
      await whole.process.stop(5_000);
    },
  );

  test.for(casesOfRun([0, 1, 2, 3], 2))(
    'after %d of a changed one, replaces its pod and does not take that for its end',
    async (most) => {
      const name = `changed-${most}`;
      const before = await startWhole();
      const uid = await run(name);
      await before.process.stop(5_000);
      const whole = await cutAfter(most, () => changeSandbox(name, { args: ['--changed'] }));
      const { spec } = await nextPod(name, uid);
      expect(spec).toMatchObject({ containers: [{ args: ['--changed'] }] });
      await play(name, RUNNING);
      const status = await says(name, 'Ready True/Ready');
      expect(status.endTime).toBeUndefined();
      await whole.process.stop(5_000);
    },
  );
});
