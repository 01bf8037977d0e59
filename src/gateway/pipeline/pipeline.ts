import { authorizeAgain } from './authorize-again.ts';
import { authorize } from './authorize.ts';
import type { Call, CallResult, Filter, PipelineServices } from './call.ts';
import { confirm } from './confirm.ts';
import { contain } from './contain.ts';
import { dispatch } from './dispatch.ts';
import { identify } from './identify.ts';
import { intend } from './intend.ts';
import { limit } from './limit.ts';
import { obtainCredential } from './obtain-credential.ts';
import { outcome } from './outcome.ts';
import { readBody } from './read-body.ts';
import { recordOf } from './record.ts';
import { type Refusal, refuse } from './refusal.ts';
import { reserve } from './reserve.ts';
import { resolveAddress } from './resolve-address.ts';

/** What every call goes through, in this order. The first filter that refuses ends it. */
export const PIPELINE: readonly Filter[] = Object.freeze([
  identify,
  contain,
  limit,
  authorize,
  readBody,
  confirm,
  authorizeAgain,
  reserve,
  resolveAddress,
  obtainCredential,
  intend,
  dispatch,
  outcome,
]);

/** Takes a call through the pipeline. Never rejects: a fault anywhere refuses the call. */
export async function runCall(call: Call, services: PipelineServices): Promise<CallResult> {
  const result = await runFilters(call, services);
  for (const end of call.atEnd) end(call);
  services.onEnd(call, result);
  return result;
}

async function runFilters(call: Call, services: PipelineServices): Promise<CallResult> {
  let stage = '';
  try {
    for (const filter of PIPELINE) {
      stage = filter.name;
      const running = filter.run(call, services);
      const refusal = running instanceof Promise ? await running : running;
      if (refusal !== null) return recordRefusal(call, services, { refusal, stage });
    }
    if (call.outcome !== null) return { outcome: call.outcome };
    throw new Error('the call has no outcome');
  } catch (error) {
    // The one place where a fault ends up. What was cut, or whose client is gone, fails as well, and that is not a fault.
    const isFault = !call.ended.signal.aborted;
    if (isFault) services.log.error({ err: error, stage, call: call.uid }, 'a call failed');
    const refusal = call.cut ?? refuse(isFault ? 'Fault' : 'CallCut');
    return recordRefusal(call, services, { refusal, stage });
  }
}

/** Every refusal is recorded here and nowhere else, so once. */
function recordRefusal(
  call: Call,
  { audit, log }: PipelineServices,
  result: { readonly refusal: Refusal; readonly stage: string },
): CallResult {
  try {
    const { refusal } = result;
    if (call.isIntended) {
      audit.outcome(recordOf(call, { succeeded: false, reason: refusal.reason, refusal }));
    } else {
      audit.record(recordOf(call, undefined, refusal));
    }
  } catch (error) {
    log.error({ err: error, call: call.uid }, 'a refusal could not be recorded');
  }
  return result;
}
