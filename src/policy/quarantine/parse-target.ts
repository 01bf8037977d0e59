import { type AgentQuarantine, agentQuarantine } from '../../api/agent-quarantine.ts';
import { show } from '../../lib/show.ts';

type Target = AgentQuarantine['spec']['target'];

const TYPES = { tenant: 'Tenant', namespace: 'Namespace', role: 'Role', sandbox: 'Sandbox' } as const;

/** How a target is written on a command line. */
export const TARGET_FORMS = 'all, tenant/NAME, namespace/NAME, role/NAME or sandbox/NAMESPACE/NAME';

const NAME_RULE = 'must be 1 to 63 lower-case letters, digits and "-", with a letter or digit at both ends';

/** Says why a text is no target. */
export function explainTarget(text: string): string {
  const [word = '', ...names] = text.split('/');
  const isKnown = Object.hasOwn(TYPES, word);
  if (!isKnown || names.length !== (word === 'sandbox' ? 2 : 1)) return `It must be ${TARGET_FORMS}.`;
  const { name, namespace } = agentQuarantine.schema.shape.spec.shape.target.shape;
  const schemas = word === 'sandbox' ? [namespace, name] : [name];
  const wrong = names.find((one, index) => schemas[index]?.safeParse(one).success !== true) ?? '';
  return `The name ${show(wrong)} ${NAME_RULE}.`;
}

/** Reads a target as a command line has it; null where it is none. */
export function parseTarget(text: string): Target | null {
  if (text === 'all') return { type: 'All' };
  const [word = '', ...names] = text.split('/');
  const type = Object.entries(TYPES).find(([name]) => name === word)?.[1];
  if (type === undefined || names.length !== (type === 'Sandbox' ? 2 : 1)) return null;
  const name = names.at(-1);
  const target = type === 'Sandbox' ? { type, namespace: names[0], name } : { type, name };
  const parsed = agentQuarantine.schema.shape.spec.shape.target.safeParse(target);
  return parsed.success ? parsed.data : null;
}

/** Writes a target as it is read. */
export function formatTarget({ type, namespace, name }: Target): string {
  return [type.toLowerCase(), namespace, name].filter((part) => part !== undefined).join('/');
}
