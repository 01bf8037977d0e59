import type { KubeList, Selection } from './kube-client.ts';
import { isKubeError } from './kube-error.ts';
import type { KubeObject } from './kube-object.ts';
import { apiVersionOf, type KubeResource } from './kube-resource.ts';
import { listCall, type ListPage } from './read-calls.ts';
import type { CallLimits, Transport } from './transport.ts';

interface Page<T> {
  readonly items?: T[] | null;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

const MAX_PAGE_ITEMS = 500;
const MAX_RESTARTS = 2;

/** Reads every page of a list. The deadline of `limits` applies to each page. */
export async function listPages<T extends KubeObject>(
  transport: Transport,
  resource: KubeResource,
  selection: Selection,
  limits?: CallLimits,
): Promise<KubeList<T>> {
  const read = (page: ListPage): Promise<Page<T>> =>
    transport.json(listCall(resource, selection, page), limits);
  for (let restarts = 0; ; restarts += 1) {
    try {
      // A list that outlives its continue token every time is read in one piece instead.
      const list = await readAll(read, restarts < MAX_RESTARTS ? MAX_PAGE_ITEMS : undefined);
      for (const item of list.items) complete(resource, item);
      return list;
    } catch (error) {
      if (!isKubeError(error, 'Gone') || restarts >= MAX_RESTARTS) throw error;
    }
  }
}

async function readAll<T>(
  read: (page: ListPage) => Promise<Page<T>>,
  limit: number | undefined,
): Promise<KubeList<T>> {
  const items: T[] = [];
  let token: string | undefined;
  for (;;) {
    const page = await read({ limit, continue: token });
    for (const item of page.items ?? []) items.push(item);
    token = page.metadata?.continue === '' ? undefined : page.metadata?.continue;
    if (token === undefined) return { items, resourceVersion: page.metadata?.resourceVersion ?? '' };
  }
}

// Items of a list carry neither apiVersion nor kind; a watch sends both, so a cache would hold two shapes.
function complete(resource: KubeResource, item: KubeObject): void {
  item.apiVersion ??= apiVersionOf(resource);
  item.kind ??= resource.kind;
}
