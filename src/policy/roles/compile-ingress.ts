import type { AgentRole } from '../../api/agent-role.ts';
import type { Unchecked } from '../../api/unchecked.ts';
import type { Caller } from './role-policy.ts';

type Ingress = Unchecked<AgentRole['spec']['network']['ingress']>;
type Peer = Unchecked<AgentRole['spec']['network']['ingress'][number]['from']>[number];
type Selector =
  | { readonly matchLabels?: Readonly<Record<string, string | undefined>> | undefined }
  | undefined;

/** Prepares who may call an agent. A peer with an empty selector, or with none, would be everybody: it is left out. */
export function compileIngress(ingress: Ingress): ReadonlyMap<number, readonly Caller[]> {
  return new Map(
    ingress.flatMap((one): [number, readonly Caller[]][] => {
      const callers = (one?.from ?? []).flatMap(compilePeer);
      return one?.port === undefined || callers.length === 0 ? [] : [[one.port, callers]];
    }),
  );
}

function compilePeer(peer: Peer): readonly Caller[] {
  const { namespaceSelector, podSelector } = peer ?? {};
  const written = [namespaceSelector, podSelector].filter((selector) => selector !== undefined);
  if (written.length === 0 || !written.every(isNarrow)) return [];
  return [
    {
      ...(namespaceSelector === undefined ? {} : { namespaceSelector: labelsOf(namespaceSelector) }),
      ...(podSelector === undefined ? {} : { podSelector: labelsOf(podSelector) }),
    },
  ];
}

function isNarrow(selector: Selector): boolean {
  const values = Object.values(selector?.matchLabels ?? {});
  return values.length > 0 && values.every((value) => value !== undefined);
}

function labelsOf(selector: Selector): { readonly matchLabels: Readonly<Record<string, string>> } {
  return { matchLabels: { ...selector?.matchLabels } as Record<string, string> };
}
