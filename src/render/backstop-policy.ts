import { OPERATOR_USER } from '../api/names.ts';
import type { CelRule, Check } from '../policy/admission/check.ts';
import { EXEMPTIBLE_CHECKS } from '../policy/admission/exemptible-checks.ts';
import type { ContainerPosition } from '../policy/pod/pod-subject.ts';
import {
  admissionPolicy,
  ENROLLED,
  type NamedExpression,
  type PolicyObject,
  type ResourceRule,
  type Validation,
} from './admission-policy.ts';
import { EXEMPT_CHECKS } from './exemption-annotation.ts';
import { JUDGED_PODS } from './judged-pods.ts';

const RULES: readonly ResourceRule[] = [
  { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['pods'] },
  {
    apiGroups: [''],
    apiVersions: ['v1'],
    operations: ['UPDATE'],
    resources: ['pods/ephemeralcontainers', 'pods/resize'],
  },
];

const LISTS: Readonly<Record<ContainerPosition, string>> = {
  Container: 'containers',
  InitContainer: 'initContainers',
  EphemeralContainer: 'ephemeralContainers',
};

/**
 * The checks that need nothing but the pod, as the policy `cloister-backstop`: what the API server itself refuses in
 * enrolled namespaces, with or without the webhook. One validation a check, in the order of the contract.
 */
export function backstopPolicy(checks: readonly Check[]): readonly PolicyObject[] {
  return admissionPolicy({
    name: 'cloister-backstop',
    description:
      'The part of the pod contract that needs no AgentRole. It holds where the webhook of Cloister is gone.',
    scope: ENROLLED,
    rules: RULES,
    conditions: brokenPods(checks),
    variables: [...VARIABLES, { name: 'exempt', expression: EXEMPT_CHECKS }],
    validations: checks.flatMap((check) => (check.cel === undefined ? [] : [validation(check, check.cel)])),
  });
}

/**
 * When the policy has something to say, and the webhook something to explain: where a rule of the checks that need
 * nothing but the pod is broken. Any other pod gets past Pod Security and this policy to the decision of the webhook,
 * which lists everything itself. One condition, since the API server evaluates every condition of a list: a pod that is
 * contained must not be looked through.
 */
export function brokenPods(checks: readonly Check[]): readonly NamedExpression[] {
  return [{ name: 'broken', expression: `(${JUDGED_PODS.expression}) && ${broken(checks)}` }];
}

/**
 * True where any rule does not hold. A pod that keeps them all is done with one pass over its containers, which costs a
 * third of asking each check by itself; the validations say which check it was.
 */
function broken(checks: readonly Check[]): string {
  const ofPod = checks.flatMap((check) =>
    (check.cel ?? []).flatMap((rule) =>
      rule.each === undefined ? [guarded(check, parenthesised(rule))] : [],
    ),
  );
  const ofItems = groups(
    checks.flatMap((check) =>
      (check.cel ?? []).map((rule) => ({ ...rule, expression: guarded(check, rule.expression) })),
    ),
  );
  const all = [...ofPod.map((rule) => `(${rule})`), ...ofItems.map(allKeep)];
  // Variables are not known to match conditions; the last comes first, since it is made of the others.
  return [...VARIABLES]
    .reverse()
    .reduce(
      (text, { name, expression }) => text.replaceAll(`variables.${name}`, `(${expression})`),
      `!(${all.join(' && ')})`,
    );
}

const VARIABLES: readonly NamedExpression[] = [
  { name: 'operatorUser', expression: `'${OPERATOR_USER}'` },
  ...Object.values(LISTS).map((list) => ({ name: list, expression: `object.spec.?${list}.orValue([])` })),
  {
    name: 'allContainers',
    expression: 'variables.initContainers + variables.containers + variables.ephemeralContainers',
  },
];

function validation(check: Check, rules: readonly CelRule[]): Validation {
  const ofPod = rules
    .filter(({ each }) => each === undefined)
    .map(({ expression, liftedInNamespace: lifted }) =>
      lifted === undefined ? `(${expression})` : `(${expression} || ${lifted})`,
    );
  const ofItems = groups(rules);
  const expression = [...ofPod, ...ofItems.map(allKeep)].join(' && ');
  const culprits = [
    ...(ofPod.length === 0 ? [] : [`(${ofPod.join(' && ')} ? [] : ['the pod'])`]),
    ...ofItems.map(
      ({ list, item, what, rule }) =>
        `${list}.filter(${item}, !(${rule})).map(${item}, '${what} ' + ${item}.name)`,
    ),
  ].join(' + ');
  const { name, summary, fields } = check;
  const told = `: ${summary} Fields: ${fields.join(', ')}. What to do: cloister explain ${name}`;
  return {
    expression: exempted(check, guarded(check, expression)),
    messageExpression: `'${name}: ' + (${culprits}).join(', ') + ${JSON.stringify(told)}`,
  };
}

/** A tenant may be exempt from what Pod Security does not ask for; only a pod that breaks a rule is asked whether it is. */
function exempted({ name }: Check, expression: string): string {
  if (!EXEMPTIBLE_CHECKS.has(name)) return expression;
  return `(${expression}) || variables.exempt.exists(checks, checks.contains(',${name},'))`;
}

/** A check that is not made on updates (or creations) passes there. */
function guarded({ operations }: Check, expression: string): string {
  if (!operations.includes('Update')) return `request.operation != 'CREATE' || (${expression})`;
  if (!operations.includes('Create')) return `request.operation == 'CREATE' || (${expression})`;
  return expression;
}

/** Rules that are asked of every item of a list, in one pass. */
interface ItemRules {
  readonly list: string;
  /** What an item is called in the rules, and to people. */
  readonly item: 'c' | 'v';
  readonly what: 'container' | 'volume';
  readonly rule: string;
}

function groups(rules: readonly CelRule[]): readonly ItemRules[] {
  const byList = new Map<string, ItemRules>();
  for (const rule of rules) {
    if (rule.each === undefined) continue;
    const list = listOf(rule.each);
    const before = byList.get(list)?.rule;
    const asked = before === undefined ? parenthesised(rule) : `${before} && ${parenthesised(rule)}`;
    const named = rule.each === 'Volume' ? ({ item: 'v', what: 'volume' } as const) : CONTAINER;
    byList.set(list, { list, ...named, rule: asked });
  }
  return [...byList.values()];
}

const CONTAINER = { item: 'c', what: 'container' } as const;

function allKeep({ list, item, rule }: ItemRules): string {
  return `${list}.all(${item}, ${rule})`;
}

function listOf(each: NonNullable<CelRule['each']>): string {
  if (each === 'Volume') return 'object.spec.?volumes.orValue([])';
  if (each.length === Object.keys(LISTS).length) return 'variables.allContainers';
  const lists = each.map((position) => `variables.${LISTS[position]}`);
  return lists.length === 1 ? lists.join('') : `(${lists.join(' + ')})`;
}

function parenthesised({ expression }: CelRule): string {
  return `(${expression})`;
}
