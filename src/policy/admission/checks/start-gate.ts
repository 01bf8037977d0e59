import type { Check, Finding } from '../check.ts';
import { collectFinding } from '../collect-finding.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';
import type { Container } from '../../pod/pod.ts';
import { type ContainerView, containerField, type PodSubject } from '../../pod/pod-subject.ts';
import { show } from '../../../lib/show.ts';

/** What would let the author of the pod decide what the gate does, or put something in its place. */
const NOT_OF_THE_GATE = ['command', 'args', 'env', 'envFrom', 'volumeMounts', 'lifecycle'] as const;

/**
 * The first thing that runs in the pod must be the start gate, as it was built.
 *
 * Field: `spec.initContainers[0]`. Allowed: an image whose digest the installation trusts, without command, arguments,
 * environment, mounts or lifecycle, and run to its end before anything else starts (not `restartPolicy: Always`).
 * Where the role requires none, a gate that is there is held to the same; and nothing else may run its image.
 */
export const startGate: Check = {
  name: 'start-gate',
  summary: 'The first init container is the start gate, where the role requires one.',
  rationale:
    'A network policy that is written is not yet one that is enforced: the gate proves from inside the pod that the ways out are closed before the agent starts.',
  fields: ['spec.initContainers[0]', 'spec.containers[*].image'],
  positions: ['Pod', 'Container', 'InitContainer', 'EphemeralContainer'],
  operations: ['Create', 'Update'],
  context: 'Role',
  upstream: null,
  evaluate: (subject, { role, configuration }) => {
    if (role === null) return NO_FINDINGS;
    const { startGateDigests } = configuration;
    let findings: Finding[] | null = null;
    if (role.startGate === 'Required') {
      findings = collectFinding(null, judgePresence(subject, startGateDigests));
    }
    for (const view of subject.containers) {
      if (!isGate(view.container, startGateDigests)) continue;
      findings = isFirst(view) ? judgeGate(findings, view) : collectFinding(findings, decoy(view));
    }
    return findings ?? NO_FINDINGS;
  },
};

function isGate({ image }: Container, digests: readonly string[]): boolean {
  // By digest alone: what the digest names is the start gate, wherever it is pulled from.
  const at = image?.indexOf('@') ?? -1;
  return at >= 0 && image !== undefined && digests.includes(image.slice(at + 1));
}

function isFirst({ position, index }: ContainerView): boolean {
  return position === 'InitContainer' && index === 0;
}

function judgePresence({ spec }: PodSubject, digests: readonly string[]): Finding | null {
  const first = spec.initContainers?.[0];
  if (first !== undefined && isGate(first, digests)) return null;
  const configured = digests.length > 0;
  return {
    container: first?.name ?? null,
    field: first === undefined ? 'spec.initContainers' : 'spec.initContainers[0].image',
    found: show(first?.image),
    required: configured
      ? `the start gate, by digest ${digests.join(' or ')}`
      : 'the start gate, of which this installation has none configured',
    fix: configured
      ? 'Put the start gate before all other init containers, as "cloister harden" prints it.'
      : "Set the digests of the start gate in the installation's configuration, or startGate to None in the role.",
  };
}

function judgeGate(findings: Finding[] | null, view: ContainerView): Finding[] | null {
  let all = findings;
  for (const field of NOT_OF_THE_GATE) {
    const value = view.container[field];
    const isEmpty = value === undefined || value === null || (Array.isArray(value) && value.length === 0);
    if (!isEmpty) all = collectFinding(all, changed(view, field, 'nothing'));
  }
  if (view.container.restartPolicy === 'Always') {
    all = collectFinding(
      all,
      changed(view, 'restartPolicy', 'absent, so that the gate ends before the rest starts'),
    );
  }
  return all;
}

function changed(view: ContainerView, field: string, required: string): Finding {
  return {
    container: view.container.name ?? '',
    field: containerField(view, field),
    found: field === 'restartPolicy' ? 'Always' : 'something',
    required,
    fix: `Remove ${field}: the start gate runs as it was built.`,
  };
}

function decoy(view: ContainerView): Finding {
  return {
    container: view.container.name ?? '',
    field: containerField(view, 'image'),
    found: show(view.container.image),
    required: 'another image: only the first init container runs the start gate',
    fix: 'Move the start gate before all other init containers, or remove it.',
  };
}
