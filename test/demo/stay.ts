/** Says how to try by hand what the demo has started, and resolves when somebody interrupts it. */
export async function stay(kubeconfig: string, how: readonly string[]): Promise<void> {
  const lines = [
    '',
    'It stays up, with everything installed, until Ctrl-C. To try it by hand, in another terminal:',
    `  export KUBECONFIG=${kubeconfig}`,
    ...how.map((line) => `  ${line}`),
    'There is no node, so no pod runs, and the operator and the webhook run beside the API server. So `cloister doctor` fails here:',
    'it finds none of their Deployments. What it says of kinds, policies and registrations holds.',
    '',
  ];
  process.stderr.write(lines.join('\n'));
  await new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}
