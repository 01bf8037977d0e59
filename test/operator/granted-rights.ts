import type { Right } from '../../src/cli/doctor/operator-rights.ts';
import { installManifests } from '../testbed/install-cloister.ts';
import type { AuditedRequest } from '../testbed/audit-log.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

interface AccessObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly Rule[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string }[];
}

/** The operator binds itself to it, so no binding of the chart shows it. */
const BINDS_ITSELF = { kind: 'ClusterRole', name: 'cloister-operator-secrets' };

/** Every right that the chart gives the operator, one a verb, resource and name; the narrowest first. */
export function grantedRights(): readonly Right[] {
  const objects = installManifests('https://127.0.0.1:1') as unknown as readonly AccessObject[];
  const bound = objects
    .filter(({ subjects = [] }) => subjects.some(({ name }) => name === 'cloister-operator'))
    .map(({ roleRef, metadata }) => ({ kind: '', name: '', ...roleRef, namespace: metadata.namespace }));
  const rights = [...bound, { ...BINDS_ITSELF, namespace: undefined }].flatMap((reference) => {
    const { kind, name, namespace } = reference;
    const role = objects.find(
      (object) =>
        object.kind === kind &&
        object.metadata.name === name &&
        (kind === 'ClusterRole' || object.metadata.namespace === namespace),
    );
    if (role?.rules === undefined) throw new Error(`the chart has no ${kind} ${name} with rules`);
    return role.rules.flatMap((rule) => rightsOf(rule, namespace));
  });
  return rights.toSorted((left, right) => narrowness(right) - narrowness(left));
}

function rightsOf({ apiGroups, resources, verbs, resourceNames }: Rule, namespace?: string): Right[] {
  const names = resourceNames ?? [undefined];
  return apiGroups.flatMap((group) =>
    resources.flatMap((path) =>
      verbs.flatMap((verb) =>
        names.map((name) => {
          const [resource = '', subresource] = path.split('/');
          return { verb, group, resource, ...present({ subresource, namespace, name }) };
        }),
      ),
    ),
  );
}

function present(fields: Pick<Right, 'subresource' | 'namespace' | 'name'> | object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

const narrowness = ({ name, namespace }: Right): number =>
  (name === undefined ? 0 : 2) + (namespace === undefined ? 0 : 1);

/** What a request has to be allowed: a server-side apply that makes an object needs the verb `create` beside `patch`. */
export function neededRights({ verb, objectRef, responseStatus }: AuditedRequest): readonly Right[] {
  const { apiGroup: group = '', resource = '', ...rest } = objectRef ?? {};
  const { subresource, namespace, name } = rest;
  const right = { verb, group, resource, ...present({ subresource, namespace, name }) };
  const isNew = verb === 'patch' && responseStatus?.code === 201;
  return isNew ? [right, { ...right, verb: 'create' }] : [right];
}

/** Whether a right that was granted allows what is needed. */
export function allows(granted: Right, needed: Right): boolean {
  return (
    granted.verb === needed.verb &&
    granted.group === needed.group &&
    granted.resource === needed.resource &&
    granted.subresource === needed.subresource &&
    (granted.namespace ?? needed.namespace) === needed.namespace &&
    (granted.name ?? needed.name) === needed.name
  );
}
