import { show } from '../../lib/show.ts';
import { parseQuantity } from '../../lib/quantity.ts';
import type { FieldPath } from './field-path.ts';
import { HANDLERS } from './handlers.ts';
import { type Json, listOf, recordOf, textOf } from './json-members.ts';
import { type Reject, rejectOtherValues } from './reject.ts';

/** Where a container is, and what it may refer to. */
interface Surroundings {
  readonly list: 'initContainers' | 'containers' | 'ephemeralContainers';
  /** Names of the pod's volumes. */
  readonly volumes: ReadonlySet<string>;
}

const VALUES: Readonly<Record<string, readonly string[]>> = {
  imagePullPolicy: ['Always', 'IfNotPresent', 'Never'],
  restartPolicy: ['Always', 'OnFailure', 'Never'],
  terminationMessagePolicy: ['File', 'FallbackToLogsOnError'],
};

/** Rejects what the API server does in one container (`validateContainerCommon`), but for its name. */
export function validateContainer(
  container: Json,
  path: FieldPath,
  { list, volumes }: Surroundings,
  reject: Reject,
): void {
  if (textOf(container['image']) === '') {
    reject([...path, 'image'], container['image'], 'must be set', 'Name the image of the container');
  }
  rejectOtherValues(container, path, VALUES, reject);
  validatePorts(container, path, reject);
  validateEnvironment(container, path, reject);
  validateMounts(container, path, volumes, reject);
  validateResources(recordOf(container['resources']), [...path, 'resources'], reject);
  validateProbes(container, path, list, reject);
}

const MAX_PORT = 65_535;
const PORT_VALUES = { protocol: ['TCP', 'UDP', 'SCTP'] };

function validatePorts(container: Json, path: FieldPath, reject: Reject): void {
  const ports = listOf(container['ports']);
  if (ports.length === 0) return;
  const names = new Set<unknown>();
  for (const [index, port] of ports.entries()) {
    const at = [...path, 'ports', index];
    rejectOtherValues(port, at, PORT_VALUES, reject);
    for (const field of ['containerPort', 'hostPort'] as const) {
      const number = port[field] ?? null;
      const isAbsent = field === 'hostPort' && (number === null || number === 0);
      if (isAbsent || isWithin(number, 1, MAX_PORT)) continue;
      reject([...at, field], number, `must be from 1 to ${MAX_PORT}`);
    }
    const name = port['name'];
    if (name && names.has(name)) reject([...at, 'name'], name, 'must be unique', 'Rename it');
    names.add(name);
  }
}

function isWithin(number: unknown, low: number, high: number): boolean {
  return typeof number === 'number' && number >= low && number <= high;
}

function validateEnvironment(container: Json, path: FieldPath, reject: Reject): void {
  for (const [index, variable] of listOf(container['env']).entries()) {
    const name = textOf(variable['name']);
    if (name === '' || name.includes('=')) {
      reject([...path, 'env', index, 'name'], name, 'must be a name without "="', 'Name the variable');
    }
    if (variable['valueFrom'] == null) continue;
    const from = recordOf(variable['valueFrom']);
    const sources = Object.keys(from).filter((source) => from[source] != null);
    const field = [...path, 'env', index, 'valueFrom'];
    if (textOf(variable['value']) !== '') {
      reject(field, sources, 'must not be set with value', 'Remove one of the two');
    } else if (sources.length !== 1) reject(field, sources, 'must have one source');
  }
}

const MOUNT_LISTS = [
  { list: 'volumeMounts', pathField: 'mountPath' },
  { list: 'volumeDevices', pathField: 'devicePath' },
] as const;

function validateMounts(
  container: Json,
  path: FieldPath,
  volumes: ReadonlySet<string>,
  reject: Reject,
): void {
  const paths = new Set<string>();
  for (const { list, pathField } of MOUNT_LISTS) {
    for (const [index, mount] of listOf(container[list]).entries()) {
      const at = (field: string): FieldPath => [...path, list, index, field];
      const name = textOf(mount['name']);
      if (!volumes.has(name)) {
        reject(at('name'), name, 'must be the name of a volume of the pod', 'Add the volume to spec.volumes');
      }
      const mountPath = textOf(mount[pathField]);
      if (mountPath === '') reject(at(pathField), mountPath, 'must be set');
      else if (paths.has(mountPath)) {
        reject(at(pathField), mountPath, 'must be unique', 'Remove one of the two, or mount it elsewhere');
      }
      paths.add(mountPath);
      validateSubPath(mount, at, reject);
    }
  }
}

function validateSubPath(mount: Json, at: (field: string) => FieldPath, reject: Reject): void {
  const subPath = textOf(mount['subPath']);
  if (subPath !== '' && textOf(mount['subPathExpr']) !== '') {
    reject(at('subPathExpr'), mount['subPathExpr'], 'must not be set with subPath');
  }
  for (const field of ['subPath', 'subPathExpr'] as const) {
    const text = textOf(mount[field]);
    if (text === '' || (!text.startsWith('/') && !text.split('/').includes('..'))) continue;
    reject(at(field), text, 'must be a path within the volume, without ".."');
  }
}

/** Of other resources a container cannot request another amount than its limit. */
const OVERCOMMITTED = /^(?:cpu|memory|ephemeral-storage)$|^[^/]*kubernetes\.io\//;

function validateResources(resources: Json, path: FieldPath, reject: Reject): void {
  const limits = recordOf(resources['limits']);
  const requests = recordOf(resources['requests']);
  for (const list of ['limits', 'requests'] as const) {
    const amounts = list === 'limits' ? limits : requests;
    for (const resource in amounts) {
      const amount = String(amounts[resource]);
      if (amount.startsWith('-')) reject([...path, list, resource], amount, 'must not be negative');
    }
  }
  for (const resource in requests) {
    if (limits[resource] == null || requests[resource] === limits[resource]) continue;
    const quantity = quantityOf(requests[resource]);
    const limit = quantityOf(limits[resource]);
    if (quantity === null || limit === null || quantity === limit) continue;
    const mayBeLess = OVERCOMMITTED.test(resource);
    if (mayBeLess && quantity < limit) continue;
    const required = `must be ${mayBeLess ? 'at most' : 'equal to'} the limit of ${show(limits[resource])}`;
    reject([...path, 'requests', resource], requests[resource], required, 'Change one of the two');
  }
}

function quantityOf(value: unknown): bigint | null {
  return typeof value === 'string' || typeof value === 'number' ? parseQuantity(value) : null;
}

const ACTIONS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'];

function validateProbes(container: Json, path: FieldPath, list: Surroundings['list'], reject: Reject): void {
  const mayHave = list === 'containers' || container['restartPolicy'] === 'Always';
  for (const { field, of } of HANDLERS) {
    const handler = of(container);
    if (handler == null) continue;
    const at = [...path, ...field.split('.')];
    const actions = Object.keys(handler).filter((name) => ACTIONS.includes(name));
    if (!mayHave) {
      reject(at, 'set', `must not be set in ${list}`, 'Remove it');
    } else if (actions.length !== 1) {
      reject(at, actions, `must have one of ${ACTIONS.join(', ')}`);
    }
  }
}
