import type { PolicyObject } from '../../src/render/admission-policy.ts';
import { buildPod, type WritablePod } from '../build/pod.ts';
import type { Fixture } from '../policy/admission/checks/fixture.ts';
import type { ApiAnswer, ApiCall, ApiServerCaller } from '../testbed/api-server-caller.ts';

/** What the API server said to a pod. */
export interface ApiServerVerdict {
  /** Its own refusal, before any policy counts; null where the pod is valid. */
  readonly invalid: string | null;
  /** The checks whose validations failed, in order. */
  readonly refusedBy: readonly string[];
}

/** The policy and its bindings, which tell every failing validation as a warning instead of stopping at the first. */
export function warnOnly(objects: readonly PolicyObject[]): readonly PolicyObject[] {
  return objects.map((object) =>
    object.kind === 'ValidatingAdmissionPolicyBinding'
      ? { ...object, spec: { ...object.spec, validationActions: ['Warn'] } }
      : object,
  );
}

let made = 0;

/**
 * Has the API server judge a fixture's pod: its creation in a dry run; an update on the pod, made for the purpose;
 * ephemeral containers through their subresource.
 */
export async function judgeByApiServer(
  fixture: Fixture,
  { caller, namespace }: { readonly caller: ApiServerCaller; readonly namespace: string },
): Promise<ApiServerVerdict> {
  const pod = buildPod(fixture.tweak);
  pod.metadata = { ...pod.metadata, name: `pod-${made++}`, namespace };
  const { name } = fixture.context?.user ?? { name: 'developer' };
  const user = { name, groups: ['system:masters'] };
  const path = `/api/v1/namespaces/${namespace}/pods`;
  if (fixture.context?.operation !== 'Update') {
    return verdict(await caller.send({ method: 'POST', path: `${path}?dryRun=All`, body: pod, user }));
  }
  const { before, call } = changeOf(pod, path);
  const created = await caller.send({ method: 'POST', path, body: before });
  if (created.status !== 201) return verdict(created);
  try {
    return verdict(await caller.send({ ...call, user }));
  } finally {
    await caller.send({ method: 'DELETE', path: `${path}/${pod.metadata.name}?gracePeriodSeconds=0` });
  }
}

function changeOf(pod: WritablePod, path: string): { readonly before: object; readonly call: ApiCall } {
  const { ephemeralContainers, ...spec } = pod.spec;
  const at = `${path}/${pod.metadata.name}`;
  const patch = { method: 'PATCH', contentType: 'application/strategic-merge-patch+json' } as const;
  if (ephemeralContainers?.length) {
    const body = { spec: { ephemeralContainers } };
    const call = { ...patch, path: `${at}/ephemeralcontainers?dryRun=All`, body };
    return { before: { ...pod, spec }, call };
  }
  // One of the few fields of a spec that may be changed, and that no check without a role looks at.
  const body = { spec: { activeDeadlineSeconds: (spec.activeDeadlineSeconds ?? 3600) - 1 } };
  return { before: pod, call: { ...patch, path: `${at}?dryRun=All`, body } };
}

function verdict({ status, body, warnings }: ApiAnswer): ApiServerVerdict {
  // 400 and 422 from decoding and validation; 403 from the admission plugins for priorities and classes.
  if ([400, 403, 422].includes(status)) return { invalid: body.message ?? '', refusedBy: [] };
  if (status >= 300) throw new Error(`the API server answered ${status}: ${body.message}`);
  const names = warnings.map(
    (text) => /'cloister-backstop' with binding '[^']*': ([a-z-]+): /.exec(text)?.[1],
  );
  return { invalid: null, refusedBy: names.filter((name) => name !== undefined) };
}
