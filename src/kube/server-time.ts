import type { Clock } from '../lib/clock.ts';
import { withDeadline } from '../lib/deadline.ts';
import { type ConnectionOptions, createConnection } from './connection.ts';
import { KubeError } from './kube-error.ts';
import { errorFromFailure } from './request-error.ts';

const REQUEST = 'read the clock of the API server';
const DEADLINE_MILLISECONDS = 10_000;

/**
 * Returns the clock of the API server, by the header `Date` of an answer: milliseconds since 1970, in whole seconds. Whether
 * the request is allowed does not matter. Throws a KubeError.
 */
export async function readServerTime(options: ConnectionOptions, clock: Clock): Promise<number> {
  const connection = await createConnection(options, clock);
  const { server } = connection;
  try {
    const { origin, prefix, dispatcher, headers } = await connection.endpoint();
    const onTimeout = () =>
      new KubeError(`cannot ${REQUEST}: ${server} did not answer`, { reason: 'Timeout' });
    const answer = await withDeadline(
      { clock, milliseconds: DEADLINE_MILLISECONDS, onTimeout },
      async (signal) => {
        const response = await dispatcher.request({
          origin,
          path: `${prefix}/version`,
          method: 'GET',
          headers,
          signal,
        });
        await response.body.dump();
        return response.headers;
      },
    );
    const time = Date.parse(String(answer['date']));
    if (!Number.isNaN(time)) return time;
    throw new KubeError(`cannot ${REQUEST}: ${server} answers without a Date`, { reason: 'Unknown' });
  } catch (error) {
    throw errorFromFailure(REQUEST, server, error);
  } finally {
    await connection.close();
  }
}
