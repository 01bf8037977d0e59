import { CERTIFICATE_AUTHORITY, GATEWAY, PROXY_SECRET } from '../../api/names.ts';
import { isProxySecret } from '../admission/checks/environment-secrets.ts';
import type { EnvironmentVariable } from '../pod/pod.ts';
import type { SDKEnvironment } from '../upstreams/sdk-environment.ts';

/** What every program in the pod has to use as its proxy. */
export const PROXY_URL = `http://agent:$(${PROXY_SECRET.environmentVariable})@${GATEWAY.name}:${GATEWAY.proxyPort}`;

/** Each in both cases: curl reads `http_proxy` in small letters alone, others in capitals alone. */
const PROXY: readonly (readonly [string, string])[] = [
  ['HTTPS_PROXY', PROXY_URL],
  ['HTTP_PROXY', PROXY_URL],
  ['NO_PROXY', `localhost,127.0.0.1,${GATEWAY.name}`],
];

/** Node obeys the variables of a proxy only when told so. */
const NODE_PROXY: EnvironmentVariable = { name: 'NODE_USE_ENV_PROXY', value: '1' };

const fileOf = (key: string): string => `${CERTIFICATE_AUTHORITY.mountPath}/${key}`;

/** Variables that replace what a program trusts, so the file has the public roots too: the gateway lets TLS through unread. */
const REPLACING = [
  // OpenSSL, and with it Python and Ruby; Go and rustls read it too.
  'SSL_CERT_FILE',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'AWS_CA_BUNDLE',
  'PIP_CERT',
  'CARGO_HTTP_CAINFO',
  'GRPC_DEFAULT_SSL_ROOTS_FILE_PATH',
] as const;

/** Where programs find whom to trust. What Node is told is added to its own roots. */
const AUTHORITIES: readonly EnvironmentVariable[] = [
  { name: 'NODE_EXTRA_CA_CERTS', value: fileOf(CERTIFICATE_AUTHORITY.key) },
  ...REPLACING.map((name) => ({ name, value: fileOf(CERTIFICATE_AUTHORITY.bundleKey) })),
];

/** What a container is wired for. */
export interface EnvironmentWiring {
  /** Name of the Secret by which the pod proves who it is. */
  readonly secret: string;
  /** Whether the container mounts the certificates of the gateway's authority. */
  readonly hasCertificates: boolean;
  /** Of the upstreams of its role. */
  readonly environments: readonly SDKEnvironment[];
}

/**
 * Returns the environment with the proxy secret first, because later variables refer to it, then what is missing of the
 * proxy and of the upstreams; null where nothing is missing. A proxy secret from elsewhere proves another identity, so it is replaced.
 */
export function wireEnvironment(
  env: readonly EnvironmentVariable[],
  { secret, hasCertificates, environments }: EnvironmentWiring,
): readonly EnvironmentVariable[] | null {
  const own = env.find((variable) => isProxySecret(variable, secret)) ?? newSecret(secret);
  const others = env.filter(({ name }) => name !== PROXY_SECRET.environmentVariable);
  const names = new Set(others.map(({ name }) => name ?? ''));
  const wanted = [
    NODE_PROXY,
    ...(hasCertificates ? AUTHORITIES : []),
    ...environments.flatMap((environment) => variablesFor(environment, others)),
  ];
  const missing = [
    ...PROXY.flatMap((variable) => missingCases(variable, others)),
    ...wanted.filter(({ name }) => !names.has(name ?? '')),
  ];
  const wired = [own, ...missing, ...others];
  const isWired = wired.length === env.length && wired.every((variable, index) => variable === env[index]);
  return isWired ? null : wired;
}

function newSecret(name: string): EnvironmentVariable {
  const secretKeyRef = { name, key: PROXY_SECRET.key };
  return { name: PROXY_SECRET.environmentVariable, valueFrom: { secretKeyRef } };
}

/** None where the author sends the SDK elsewhere: what is there has no use for the key, and must not get it. */
function variablesFor(
  { targets, settings }: SDKEnvironment,
  env: readonly EnvironmentVariable[],
): readonly EnvironmentVariable[] {
  const isElsewhere = targets.some((target) =>
    env.some(({ name, value }) => name === target.name && value !== target.value),
  );
  return isElsewhere ? [] : [...targets, ...settings];
}

/** None where the author set another value in either case: whether that works is for a person to decide. */
function missingCases(
  [name, value]: readonly [string, string],
  env: readonly EnvironmentVariable[],
): readonly EnvironmentVariable[] {
  const cases = [name, name.toLowerCase()];
  const set = env.filter((variable) => cases.includes(variable.name ?? ''));
  if (set.some((variable) => variable.value !== value)) return [];
  const missing = cases.filter((one) => !set.some((variable) => variable.name === one));
  return missing.map((one) => ({ name: one, value }));
}
