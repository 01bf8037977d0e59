import type { AgentRole } from '../../api/agent-role.ts';
import { parseQuantity } from '../../lib/quantity.ts';
import { sdkEnvironments } from '../upstreams/sdk-environment.ts';
import { compileImagePattern } from './image-pattern.ts';
import { compileIngress } from './compile-ingress.ts';
import { compilePaths } from './compile-paths.ts';
import { compileToolLimits } from './compile-tool-limits.ts';
import type { RolePolicy } from './role-policy.ts';
import { present, type Unchecked } from '../../api/unchecked.ts';

type Sandbox = Unchecked<AgentRole['spec']['sandbox']>;

/** No process may run as this user: the contract refuses root everywhere. */
const NOBODY_AT_ALL = 0;

/**
 * Prepares an AgentRole for evaluating pods. What the role does not say is never granted: a client without strict
 * validation may have had fields pruned, so that every absent one is read as the narrowest value.
 */
export function compileRole({ metadata, spec = {} }: Unchecked<AgentRole>): RolePolicy {
  const { sandbox = {}, tools = [], network } = spec;
  return {
    name: metadata?.name ?? '',
    ...compileResources(sandbox),
    ...compileIdentity(sandbox),
    ...compilePaths(tools),
    ...compileScheduling(sandbox),
    annotations: present(sandbox.annotations),
    tools: compileToolLimits(tools),
    images: (sandbox.images ?? []).map((image) =>
      compileImagePattern(image?.repository ?? '', image?.digest !== 'Optional'),
    ),
    startGate: sandbox.startGate === 'None' ? 'None' : 'Required',
    maxLifetimeSeconds: sandbox.maxLifetimeSeconds ?? 0,
    allowedAccess: new Set(present(sandbox.allowedAccess)),
    ingress: compileIngress(network?.ingress ?? []),
    environments: sdkEnvironments(spec),
  };
}

function compileResources(
  sandbox: Sandbox,
): Pick<RolePolicy, 'limits' | 'limitTexts' | 'temporarySize' | 'temporarySizeText'> {
  const limits = Object.entries(sandbox.limits ?? {}).flatMap(([name, amount]): [string, string][] =>
    amount === undefined || amount === null ? [] : [[name, String(amount)]],
  );
  const temporarySize = sandbox.tmp?.size ?? null;
  return {
    limits: new Map(limits.map(([name, text]) => [name, parseQuantity(text) ?? 0n])),
    limitTexts: new Map(limits),
    temporarySize: temporarySize === null ? null : parseQuantity(temporarySize),
    temporarySizeText: temporarySize === null ? null : String(temporarySize),
  };
}

function compileScheduling({ scheduling }: Sandbox): Pick<RolePolicy, 'tolerations' | 'nodeSelector'> {
  const labels = Object.entries(scheduling?.nodeSelector ?? {});
  return {
    tolerations: (scheduling?.tolerations ?? []).flatMap((toleration) => {
      const { key, operator = 'Equal', value, effect } = toleration ?? {};
      const isWhole = key && effect && (operator === 'Exists' || value !== undefined);
      return isWhole ? [{ key, operator, value: value ?? '', effect }] : [];
    }),
    nodeSelector: new Map(labels.filter((entry): entry is [string, string] => entry[1] !== undefined)),
  };
}

function compileIdentity(
  sandbox: Sandbox,
): Pick<RolePolicy, 'runAsUser' | 'seccompProfile' | 'runtimeClassName' | 'userNamespace'> {
  return {
    runAsUser: sandbox.runAsUser ?? NOBODY_AT_ALL,
    // No profile has an empty name, so that no pod can have it.
    seccompProfile: sandbox.seccompProfile ?? '',
    runtimeClassName: sandbox.runtimeClassName ?? null,
    userNamespace: sandbox.userNamespace === 'Preferred' ? 'Preferred' : 'Required',
  };
}
