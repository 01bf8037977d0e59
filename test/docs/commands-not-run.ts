import { readDocCommands } from './doc-commands.ts';

/** Commands of the documentation that are not run here, and why. */
export const NOT_RUN: Readonly<Record<string, string>> = {
  'npm ci && npm run demo':
    'npm ci replaces node_modules while tests run; test/scripts/engines.test.ts runs it dry, and test/e2e/demo.cluster.test.ts the demo',
  'npm ci && npm test': 'it would run this test again',
  'kubectl wait deployment --all --namespace cloister-system --for=condition=Available --timeout=120s':
    'a Deployment needs a node; the programs run beside the API server here',
  'kubectl wait agentsandbox/first --namespace acme-agents --for=condition=Ready --timeout=120s':
    'an agent needs a node; test/node/readme.node.test.ts runs it on one',
  'npm run image': 'test/scripts/image.test.ts builds the images',
  'npm run -s image -- --print-digests': 'test/scripts/image.test.ts builds the images',
  'helm test cloister --namespace cloister-system':
    'a Job needs a node; test/cli/doctor/doctor.cluster.test.ts runs what it runs',
  ...Object.fromEntries(
    [
      'helm uninstall cloister --namespace cloister-system',
      'kubectl delete namespace cloister-system',
      'kubectl delete crd agentapprovals.cloister.dev agentquarantines.cloister.dev agentroles.cloister.dev agentsandboxes.cloister.dev tenantisolations.cloister.dev',
      'kubectl logs --namespace cloister-system job/cloister-release',
      'kubectl create -f manifests/release.yaml',
      'kubectl wait --for=condition=Complete --timeout=300s --namespace cloister-system job/cloister-release',
      'kubectl delete -f manifests/install.yaml',
    ].map((command) => [
      command,
      'it would end what the others use; test/charts/uninstall.cluster.test.ts does it',
    ]),
  ),
  'helm upgrade cloister charts/cloister --namespace cloister-system --reset-then-reuse-values --set image.digest=sha256:c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3':
    'an upgrade undoes that the programs are reached by URL here; test/charts/uninstall.cluster.test.ts upgrades',
  'kubectl delete validatingwebhookconfiguration cloister-decide':
    'pods would not be reviewed any more; test/e2e/faults.cluster.test.ts deletes it and restores it',
  'cloister isolation plan --tenant acme':
    'there is no database here; test/cli/isolation/plan.test.ts runs it on one',
  "kubectl annotate namespace cloister-t-acme cloister.dev/force-release='The server is lost.'":
    'a tenant here has no database; test/operator/database tests what the annotation does',
  'cloister vault sweep --yes': 'there is no Vault here; test/cli/vault/sweep.cluster.test.ts runs it on one',
  ...Object.fromEntries(
    readDocCommands()
      .filter(({ file, command }) => file === 'docs/removing.md' && /(^|\()vault /.test(command))
      .map(({ command }) => [command, 'no Vault here; test/charts/uninstall-vault.cluster.test.ts runs it']),
  ),
  'vault kv put secret/acme/openai api_key=@openai.key':
    'there is no Vault here; test/credentials reads from one what is written so',
  'kubectl create secret generic openai --namespace cloister-t-acme --from-file=api_key=openai.key':
    'there is no key in a file here; test/cli/doctor/examine-credentials.test.ts examines such Secrets',
  ...Object.fromEntries(
    [
      'cloister audit verify audit/',
      'kubectl get configmap cloister-audit-heads -n cloister-t-acme -o yaml > heads.yaml',
      'cloister audit verify audit/ --epochs heads.yaml',
    ].map((command) => [
      command,
      'no gateway has written here; test/cli/commands/audit.test.ts runs it on an audit',
    ]),
  ),
  ...Object.fromEntries(
    readDocCommands()
      .filter(({ file, command }) => file === 'docs/audit.md' && command.includes('kubectl exec'))
      .map(({ command }) => [command, 'no gateway runs in a pod here; test/docs/copy-audit.test.ts runs it']),
  ),
  'kubectl cordon node-1': 'there is no node here',
  'kubectl taint nodes node-1 node.kubernetes.io/out-of-service=nodeshutdown:NoExecute':
    'there is no node here; what it makes of a sandbox is in test/operator/agent-sandbox/decide-lost.test.ts',
  'helm upgrade cloister charts/cloister --namespace cloister-system --reuse-values --set seccomp.install=true':
    'an upgrade undoes that the programs are reached by URL here; test/charts/seccomp.cluster.test.ts renders these values',
  'npx vitest run --project unit test/policy/admission/contract.test.ts': 'npm test runs the file',
  'npx vitest run --project cluster test/testbed/control-plane.cluster.test.ts': 'npm test runs the file',
};

/** Pages whose commands another test runs. */
export const OTHER_TESTS: Readonly<Record<string, string>> = {
  'docs/vault.md': 'test/docs/vault.cluster.test.ts',
};
