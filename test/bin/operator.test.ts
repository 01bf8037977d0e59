import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startLoopbackServer } from '../kube/loopback-server.ts';
import { writeProxiedKubeconfig } from '../kube/proxied-kubeconfig.ts';

const PROGRAM = fileURLToPath(new URL('../../src/bin/operator.ts', import.meta.url));

test(
  'the operator says in its log why it cannot serve its probes, and ends',
  { timeout: 30_000 },
  async () => {
    const taken = await startLoopbackServer((response) => response.end());
    const kubeconfig = await writeProxiedKubeconfig(taken.url, 'token');
    const flags = [`--kubeconfig=${kubeconfig}`, '--address=127.0.0.1', '--metrics-port=0'];
    const args = [PROGRAM, ...flags, `--probe-port=${new URL(taken.url).port}`];
    const failure: unknown = await promisify(execFile)(process.execPath, args).catch(
      (error: unknown) => error,
    );
    const { code, stdout } = failure as { code: number; stdout: string };
    expect(code).toBe(1);
    const entries = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string; err: object });
    expect(entries).toContainEqual(expect.objectContaining({ msg: 'the probes cannot be served' }));
    await taken.close();
  },
);
