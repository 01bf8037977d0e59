import type { AuditLog } from '../../audit/audit-log.ts';
import type { FetchURL } from '../../policy/egress/parse-fetch-url.ts';
import { allowCall, denyCall } from '../../policy/tools/call-decision.ts';
import type { UpstreamRequest } from '../../policy/upstreams/decide-upstream.ts';
import { RefusalError } from '../egress/egress-refusal.ts';
import type { HopEnd } from '../egress/fetch-url.ts';
import type { Call } from '../pipeline/call.ts';
import { beginRedirect, type BegunRedirect } from '../pipeline/record-redirect.ts';
import type { Refusal } from '../pipeline/refusal.ts';

/** The redirects of one call, each of which has a record of its own. */
export interface UpstreamRedirects {
  /**
   * Records one ahead that is followed, and returns what is called with how it ended. Throws a RefusalError where it cannot be
   * recorded. `number` counts those of the call from 1.
   */
  readonly begin: (url: FetchURL, number: number) => Promise<(end: HopEnd) => void>;
  /** Records one that is not followed. */
  readonly refuse: (url: FetchURL, number: number) => Promise<void>;
  /** Why one could not be recorded; null where all were. */
  readonly refusal: () => Refusal | null;
}

/** A redirect that is refused, and where it leads. */
export class RedirectRefusedError extends RefusalError {
  /** Null where it leads nowhere that could be asked. */
  readonly url: FetchURL | null;

  constructor(message: string, url: FetchURL | null) {
    super('RedirectNotAllowed', message);
    this.url = url;
  }
}

/** The method with which a redirect is followed. */
export function methodOfRedirect({ method }: Pick<UpstreamRequest, 'method'>): 'GET' | 'HEAD' {
  return method === 'HEAD' ? 'HEAD' : 'GET';
}

/** Records the redirects of a call as those of a fetch are recorded. */
export function createUpstreamRedirects(
  call: Call,
  request: UpstreamRequest,
  audit: AuditLog,
): UpstreamRedirects {
  const by = { rule: `${request.upstream.rule}.followRedirectsTo`, level: 'Gateway' } as const;
  let refusal: Refusal | null = null;
  const record = ({ href: url }: FetchURL, number: number, isListed: boolean): Promise<BegunRedirect> => {
    const hop = { url, method: isListed ? methodOfRedirect(request) : request.method };
    const decision = isListed ? allowCall(by) : denyCall('RedirectNotAllowed', by);
    return beginRedirect(call, { hop, decision, number }, audit);
  };
  return {
    begin: async (url, number) => {
      const begun = await record(url, number, true);
      if ('onEnd' in begun) return begun.onEnd;
      ({ refusal } = begun);
      throw new RefusalError(refusal.reason, refusal.message);
    },
    refuse: async (url, number) => void (await record(url, number, false)),
    refusal: () => refusal,
  };
}
