import type { FieldPath } from './field-path.ts';
import { type Reject, rejectOtherValues } from './reject.ts';
import { validateContainer } from './validate-container.ts';
import { type Json, listOf, recordOf, textOf } from './json-members.ts';

/** RFC 1123 label, the form of the names of containers and volumes. */
const LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const LABEL_FORM = 'must be at most 63 lower case letters, digits and hyphens';

const LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/**
 * Rejects what the API server does in a decoded pod or pod template: the rules of its validation (`ValidatePodSpec` in
 * pkg/apis/core/validation) that authors of manifests break, and that no check of the contract has. `path` leads to the
 * pod; `claims` are the names of volumes that a controller adds.
 */
export function validatePod(pod: Json, path: FieldPath, reject: Reject, claims: readonly string[]): void {
  const spec = recordOf(pod['spec']);
  const at = [...path, 'spec'];
  const volumes = validateVolumes(spec, at, reject);
  for (const name of claims) volumes.add(name);
  validateContainers(spec, at, volumes, reject);
  validateSpec(spec, at, reject);
}

/** Returns the names of the volumes. */
function validateVolumes(spec: Json, path: FieldPath, reject: Reject): Set<string> {
  const names = new Set<string>();
  for (const [index, volume] of listOf(spec['volumes']).entries()) {
    const at = [...path, 'volumes', index];
    validateName(volume, at, names, reject);
    const types = Object.keys(volume).filter((member) => member !== 'name' && volume[member] != null);
    if (types.length > 1) {
      reject(at, types, 'must have one type', 'Remove the others, or make a volume of each');
    }
  }
  return names;
}

function validateName(object: Json, path: FieldPath, names: Set<string>, reject: Reject): void {
  const name = textOf(object['name']);
  const at = [...path, 'name'];
  if (!LABEL.test(name)) reject(at, name, LABEL_FORM, 'Rename it');
  else if (names.has(name)) reject(at, name, 'must be unique', 'Rename it, or remove one of the two');
  names.add(name);
}

function validateContainers(spec: Json, path: FieldPath, volumes: ReadonlySet<string>, reject: Reject): void {
  const containers = listOf(spec['containers']);
  if (containers.length === 0) {
    reject([...path, 'containers'], spec['containers'], 'must have at least one container', 'Add it');
  }
  const names = new Set<string>();
  for (const list of LISTS) {
    for (const [index, container] of listOf(spec[list]).entries()) {
      const at = [...path, list, index];
      validateName(container, at, names, reject);
      validateContainer(container, at, { list, volumes }, reject);
    }
  }
}

const VALUES: Readonly<Record<string, readonly string[]>> = {
  restartPolicy: ['Always', 'OnFailure', 'Never'],
  dnsPolicy: ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'],
  preemptionPolicy: ['PreemptLowerPriority', 'Never'],
};

/** The fields of the pod itself. */
function validateSpec(spec: Json, path: FieldPath, reject: Reject): void {
  rejectOtherValues(spec, path, VALUES, reject);
  const deadline = spec['activeDeadlineSeconds'];
  if (typeof deadline === 'number' && deadline < 1) {
    reject([...path, 'activeDeadlineSeconds'], deadline, 'must be at least 1');
  }
  const nameservers = recordOf(spec['dnsConfig'])['nameservers'];
  if (spec['dnsPolicy'] === 'None' && (!Array.isArray(nameservers) || nameservers.length === 0)) {
    const at = [...path, 'dnsConfig', 'nameservers'];
    reject(at, nameservers, 'must have a name server, because dnsPolicy is "None"');
  }
}
