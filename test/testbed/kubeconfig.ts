/** How one user reaches the API server. */
export interface KubeconfigInput {
  url: string;
  /** PEM. */
  certificateAuthority: string;
  token: string;
  /** Acts as this user with these groups; the token's user must be allowed to impersonate. */
  impersonate?: { user: string; groups: readonly string[] };
}

/** Renders a kubeconfig as JSON, which every reader of kubeconfig files takes as YAML. */
export function kubeconfig({ url, certificateAuthority, token, impersonate }: KubeconfigInput): string {
  const as = impersonate === undefined ? {} : { as: impersonate.user, 'as-groups': [...impersonate.groups] };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'testbed',
        cluster: {
          server: url,
          'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64'),
        },
      },
    ],
    users: [{ name: 'testbed', user: { token, ...as } }],
    contexts: [{ name: 'testbed', context: { cluster: 'testbed', user: 'testbed' } }],
    'current-context': 'testbed',
  });
}
