import type { AuditedRequest } from './audit-log.ts';

/** A write as it is sent again. */
export interface ReplayedWrite {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly contentType: string;
  readonly body: object;
}

/** What came of a replay. */
export interface ReplayResult {
  readonly made: number;
  readonly failures: readonly string[];
}

/** As many as the operator reconciles sandboxes at the same time. */
const LANES = 8;
const METHODS: Readonly<Record<string, ReplayedWrite['method']>> = {
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
};
const SANDBOX = /bench-\d-\d{5}/;

/** The sandboxes that a replay is for: what is written for `name` is written for `twin`, whose UID is another. */
export interface Twin {
  readonly name: string;
  readonly twin: string;
  readonly uid: string;
  readonly twinUID: string;
}

/**
 * Plans the replay of recorded writes for sandboxes of other names, so that both can be on one API server. The writes for one
 * sandbox stay in order.
 */
export function planReplay(
  writes: readonly AuditedRequest[],
  twins: readonly Twin[],
): readonly (readonly ReplayedWrite[])[] {
  const byName = new Map(twins.map((twin) => [twin.name, twin]));
  const lanes = Array.from({ length: LANES }, () => [] as ReplayedWrite[]);
  const laneOf = new Map(twins.map(({ name }, index) => [name, lanes[index % LANES]]));
  for (const { verb, path, body } of writes) {
    const text = JSON.stringify({ path, body });
    const name = SANDBOX.exec(text)?.[0] ?? '';
    const twin = byName.get(name);
    if (twin === undefined) throw new Error(`${verb} ${path} is about no sandbox of this round`);
    const translated = text.replaceAll(twin.name, twin.twin).replaceAll(twin.uid, twin.twinUID);
    const isApply = path.includes('force=true');
    const patch = `application/${isApply ? 'apply-patch+yaml' : 'merge-patch+json'}`;
    laneOf.get(name)?.push({
      method: METHODS[verb] ?? 'POST',
      contentType: verb === 'patch' ? patch : 'application/json',
      ...(JSON.parse(translated, withoutVersion) as { path: string; body: object }),
    });
  }
  return lanes;
}

/** The twin's objects have versions of their own. */
function withoutVersion(key: string, value: unknown): unknown {
  return key === 'resourceVersion' ? undefined : value;
}
