import type { ApiCall } from '../../testbed/api-server-caller.ts';

/** A call that changes nothing: admission is asked, and nothing is stored. */
export type DryRunCall = Omit<ApiCall, 'user'>;

export const post = (path: string, body: object): DryRunCall => ({
  method: 'POST',
  path: `${path}?dryRun=All`,
  body,
});

/** A merge patch, unless another type is named. */
export const patch = (path: string, body: object, type = 'merge'): DryRunCall => ({
  method: 'PATCH',
  path: `${path}?dryRun=All`,
  contentType: `application/${type}-patch+json`,
  body,
});

/** With options in the query: `propagationPolicy=Orphan`. */
export const remove = (path: string, options = ''): DryRunCall => ({
  method: 'DELETE',
  path: `${path}?dryRun=All${options === '' ? '' : `&${options}`}`,
});
