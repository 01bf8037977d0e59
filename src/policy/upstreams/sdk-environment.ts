import type { AgentRole } from '../../api/agent-role.ts';
import type { environments } from '../../api/agent-role/upstream.ts';
import { GATEWAY, PROXY_SECRET } from '../../api/names.ts';
import { present, type Unchecked } from '../../api/unchecked.ts';

/** A variable of a container, with a value that may refer to `CLOISTER_PROXY_SECRET`. */
export interface LiteralVariable {
  readonly name: string;
  readonly value: string;
}

/** Variables by which the SDK of a vendor calls an upstream of the gateway. */
export interface SDKEnvironment {
  /** Say where requests go. An SDK that its author sent elsewhere must not be given the rest. */
  readonly targets: readonly LiteralVariable[];
  /** Say with what: the key is the proxy secret, which is worth nothing elsewhere. */
  readonly settings: readonly LiteralVariable[];
}

type Environment = (typeof environments)[number];
type Spec = Unchecked<AgentRole['spec']>;
type Upstream = NonNullable<NonNullable<Spec['upstreams']>[number]>;

/** What stands for the proxy secret in the value of a variable. */
export const PROXY_SECRET_REFERENCE = `$(${PROXY_SECRET.environmentVariable})`;

/** Returns where the gateway has an upstream. */
export function upstreamURL(name: string): string {
  return `https://${GATEWAY.name}:${GATEWAY.apiPort}/upstreams/${name}`;
}

/**
 * Returns the variables for the upstreams of a role, in its order. Of two upstreams of one environment, which the schema refuses, the
 * first counts. Variables that say whom to trust are not among them: every container has those.
 */
export function sdkEnvironments({ upstreams, credentials }: Spec): readonly SDKEnvironment[] {
  const seen = new Set<Environment>();
  return present(upstreams).flatMap((upstream) => {
    const { environment = 'None', name } = upstream;
    if (environment === 'None' || name === undefined || seen.has(environment)) return [];
    seen.add(environment);
    const attach = present(credentials).find((one) => one.name === upstream.credential)?.attach;
    return [BUILDERS[environment](upstreamURL(name), upstream, attach?.region)];
  });
}

type Builder = (url: string, upstream: Upstream, region: string | undefined) => SDKEnvironment;

const BUILDERS: Readonly<Record<Exclude<Environment, 'None'>, Builder>> = {
  // Its SDKs take the version of the API for a part of the URL; LlamaIndex and LangChain read the older name.
  OpenAI: (url, { baseURL }) => {
    const value = baseURL?.endsWith('/v1') === true ? url : `${url}/v1`;
    return {
      targets: variables({ OPENAI_BASE_URL: value, OPENAI_API_BASE: value }),
      settings: variables({ OPENAI_API_KEY: PROXY_SECRET_REFERENCE }),
    };
  },
  Anthropic: (url) => ({
    targets: variables({ ANTHROPIC_BASE_URL: url }),
    settings: variables({ ANTHROPIC_API_KEY: PROXY_SECRET_REFERENCE }),
  }),
  // As GitHub Actions set them. Octokit itself reads none of them, its `@octokit/action` does.
  GitHub: (url) => ({
    targets: variables({ GITHUB_API_URL: url, GITHUB_GRAPHQL_URL: `${url}/graphql` }),
    settings: variables({ GITHUB_TOKEN: PROXY_SECRET_REFERENCE }),
  }),
  AWS: (url, _, region) => ({
    targets: variables({ AWS_ENDPOINT_URL: url }),
    settings: variables({
      // The gateway finds the proxy secret where a signature names its key, and signs anew with the credential.
      AWS_ACCESS_KEY_ID: PROXY_SECRET_REFERENCE,
      AWS_SECRET_ACCESS_KEY: PROXY_SECRET_REFERENCE,
      // boto3 reads the second, others the first.
      ...(region === undefined ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region }),
      // Else some services put a word before the name of the host, and the pod knows the gateway by one name.
      AWS_DISABLE_HOST_PREFIX_INJECTION: 'true',
    }),
  }),
};

function variables(values: Readonly<Record<string, string>>): readonly LiteralVariable[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}
