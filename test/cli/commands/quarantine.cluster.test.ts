import { expect, test } from 'vitest';
import { NAMESPACE } from '../../e2e/samples.ts';
import { useSandboxes } from '../../e2e/use-sandboxes.ts';
import { runCommand } from '../run-command.ts';

const { calls, controlPlane, cloister, run, says, nextPod, pod } = useSandboxes();

const command = (...args: readonly string[]) =>
  runCommand([...args, '--kubeconfig', controlPlane().kubeconfig], { now: Date.now });
const contain = (target: string, ...args: readonly string[]) =>
  command('quarantine', target, '--reason', 'It called home.', ...args);

/** There is no kubelet that ends a pod: its node is gone. */
async function endPods(name: string): Promise<void> {
  while ((await pod(name)) !== undefined) {
    await calls().remove(`/api/v1/namespaces/${NAMESPACE}/pods/${name}?gracePeriodSeconds=0`);
  }
}

test('a sandbox is quarantined, seen to be contained, and released', { timeout: 120_000 }, async () => {
  const uid = await run('suspect');
  const made = await contain(`sandbox/${NAMESPACE}/suspect`);
  expect(made).toMatchObject({ code: 0, error: '' });
  expect(made.out).toMatch(
    /^AgentQuarantine "(sandbox-suspect-[0-9a-f]{8})" of sandbox\/acme-agents\/suspect created\nContained: 1 sandboxes, .* It took at most \d+ s\.\n$/,
  );
  const name = /"(.*?)"/.exec(made.out)?.[1] ?? '';
  await says('suspect', 'Contained True/Quarantined');
  expect((await command('get', 'quarantines')).out).toMatch(
    /^NAME +CONTAINED +REASON +TARGET +DONE +PENDING +SECONDS +AGE\nsandbox-suspect-\w+ +True +- +Sandbox\/acme-agents\/suspect +1 +0 +\d+ /,
  );
  expect(await contain(`sandbox/${NAMESPACE}/suspect`)).toMatchObject({
    code: 0,
    out: expect.stringContaining('is there already: It called home.'),
  });
  expect(await command('release', name)).toMatchObject({
    code: 0,
    out: `AgentQuarantine "${name}" deleted\n`,
  });
  await nextPod('suspect', uid);
  expect(await command('release', name)).toMatchObject({
    code: 2,
    error: `error: AgentQuarantine "${name}" does not exist\n`,
  });
});

test('a name that another target has is refused', async () => {
  expect(await contain('role/data-analyst', '--name', 'taken')).toMatchObject({ code: 0 });
  expect(await contain('role/read-only', '--name', 'taken')).toMatchObject({
    code: 2,
    error: 'error: AgentQuarantine "taken" is there already, of role/data-analyst; give another --name\n',
  });
  expect(await command('release', 'taken')).toMatchObject({ code: 0 });
});

test.for([
  [
    `sandbox/${NAMESPACE}/suspekt`,
    `AgentSandbox "${NAMESPACE}/suspekt" does not exist, and no pod belongs to it`,
  ],
  ['role/nobody', 'AgentRole "nobody" does not exist, and no sandbox or pod has it'],
  ['namespace/default', 'Namespace "default" is not enrolled: no TenantIsolation lists it'],
  ['namespace/nowhere', 'Namespace "nowhere" does not exist'],
  ['tenant/nobody', 'TenantIsolation "nobody" does not exist, and no namespace is enrolled for it'],
] as const)('%s, which does not exist, is not quarantined', async ([target, said]) => {
  expect(await contain(target, '--name', 'absent')).toEqual({
    code: 1,
    out: '',
    error: `error: ${said}; nothing was quarantined. Correct the target; an AgentQuarantine of what does not exist yet can be created with kubectl\n`,
    progress: [],
  });
  expect(await command('release', 'absent')).toMatchObject({ code: 2 });
});

test('it is said when nobody contains anything', async () => {
  await endPods('suspect');
  await cloister().operator.stop(5_000);
  expect(await contain('tenant/acme', '--wait', '1')).toMatchObject({
    code: 1,
    error: 'error: not contained within 1 s. The operator has not answered: is it running?\n',
  });
  await cloister().startAgain('operator');
});
