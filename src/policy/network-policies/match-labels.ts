import type { LabelRequirement, LabelSelector, Match } from './network-policy.ts';

type Labels = Readonly<Record<string, string>>;

/** Whether labels meet every requirement of a selector. An empty selector matches everything. */
export function matchLabels(selector: LabelSelector, labels: Labels): Match {
  const matches = [
    ...Object.entries(selector.matchLabels ?? {}).map(([key, value]) =>
      matchRequirement({ key, operator: 'In', values: [value] }, labels),
    ),
    ...(selector.matchExpressions ?? []).map((requirement) => matchRequirement(requirement, labels)),
  ];
  if (matches.includes('No')) return 'No';
  return matches.includes('Unknown') ? 'Unknown' : 'Yes';
}

function matchRequirement(requirement: LabelRequirement, labels: Labels): Match {
  if (!isReadableRequirement(requirement)) return 'Unknown';
  const { key = '', operator, values } = requirement;
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  const isListed = value !== undefined && (values ?? []).includes(value);
  const meets: Readonly<Record<string, boolean>> = {
    In: isListed,
    // A missing key is in no list.
    NotIn: !isListed,
    Exists: value !== undefined,
    DoesNotExist: value === undefined,
  };
  return meets[operator ?? ''] ? 'Yes' : 'No';
}

/** In and NotIn need values; the other operators have none. */
export function isReadableRequirement({ key, operator, values }: LabelRequirement): boolean {
  const isSet = (values ?? []).length > 0;
  if (operator === 'In' || operator === 'NotIn') return Boolean(key) && isSet;
  return (operator === 'Exists' || operator === 'DoesNotExist') && Boolean(key) && !isSet;
}
