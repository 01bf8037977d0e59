import { readFileSync } from 'node:fs';
import { beforeAll, expect, vi } from 'vitest';
import type { Finding } from '../../../src/cli/doctor/finding.ts';
import { readDocuments } from '../../../src/lib/yaml/read-documents.ts';
import { allowGateway } from '../../../src/render/tenant/allow-gateway.ts';
import { defaultDeny } from '../../../src/render/tenant/default-deny.ts';
import { readSampleObject } from '../../demo/samples.ts';
import { useCloister } from '../../e2e/use-cloister.ts';
import { orThrow } from '../../testbed/run-command.ts';
import { runCommand } from '../run-command.ts';

export const NAMESPACE = 'acme-agents';
export const SYSTEM = 'cloister-system';
const WAIT = { timeout: 30_000, interval: 200 };

/** The Deployments as they are installed. No node runs them here; operator and webhook run beside the API server. */
function deployments(): Record<string, unknown>[] {
  const text = readFileSync('manifests/install.yaml', 'utf8');
  return [...readDocuments(text, { file: 'install.yaml' })].flatMap((document) =>
    'object' in document && document.object['kind'] === 'Deployment' ? [document.object] : [],
  );
}

/** Cloister in use as the chart installs it, without an operator that would repair what a test breaks. Call it at the top of a file. */
export function useInstalledCloister() {
  const cloister = useCloister();
  beforeAll(async () => {
    await leaveDatabase();
    await cloister.cloister.operator.stop(15_000);
    await cloister.controlPlane.apply(deployments());
    for (const name of ['cloister-operator', 'cloister-webhook']) await setAvailable(name, 'True');
    await writePolicies();
  });

  /** The database of the sample is nowhere, which doctor would find. */
  async function leaveDatabase(): Promise<void> {
    const { spec } = readSampleObject('tenant-acme.yaml') as { spec: { credentials: { name: string }[] } };
    const credentials = spec.credentials.filter(({ name }) => name !== 'warehouse-admin');
    const patch = JSON.stringify({ spec: { database: null, vectorStore: null, credentials } });
    await kubectl('patch', 'tenantisolation/acme', '--type=merge', `--patch=${patch}`);
  }

  /** Writes the NetworkPolicies of the namespace as the operator does. */
  async function writePolicies(): Promise<void> {
    const policies = [defaultDeny(NAMESPACE), allowGateway('acme', NAMESPACE)];
    await cloister.controlPlane.apply(policies, { user: 'operator' });
  }

  const kubectl = (...args: readonly string[]) => kubectlAs('admin', ...args);

  async function kubectlAs(user: string, ...args: readonly string[]): Promise<string> {
    const running = cloister.controlPlane.kubectl(args, { user });
    return (await orThrow(`kubectl ${args.join(' ')}`, running)).stdout.trim();
  }

  /** Plays the kubelet for the pods of a program, and waits until its Deployment tells. */
  async function setAvailable(name: string, status: 'True' | 'False'): Promise<void> {
    const selector = `-lapp.kubernetes.io/component=${name.replace('cloister-', '')}`;
    const patch = JSON.stringify({ status: { phase: 'Running', conditions: [{ type: 'Ready', status }] } });
    await vi.waitFor(async () => {
      const pods = await kubectl('get', 'pods', '-n', SYSTEM, selector, '-o', 'name');
      expect(pods).not.toBe('');
      const flags = ['--subresource=status', '--type=merge', `--patch=${patch}`];
      await kubectl('patch', '-n', SYSTEM, ...pods.split('\n'), ...flags);
      const available = "jsonpath={.status.conditions[?(@.type=='Available')].status}";
      expect(await kubectl('get', `deployment/${name}`, '-n', SYSTEM, '-o', available)).toBe(status);
    }, WAIT);
  }

  async function examine(file = cloister.controlPlane.kubeconfig, now = Date.now) {
    const { code, out, error } = await runCommand(['doctor', '--kubeconfig', file, '-o', 'json'], { now });
    expect(error).toBe('');
    const findings = JSON.parse(out) as Finding[];
    return { code, findings, bad: findings.filter(({ state }) => state === 'Failed' || state === 'Unread') };
  }

  return { cloister, kubectl, kubectlAs, setAvailable, writePolicies, examine };
}
