import type { Bench } from './bench.ts';
import type { LoadClient } from './load/load-client.ts';
import { COUNT } from './pods.ts';

/** Connects to both namespaces with so many connections, and creates some pods so that everything on the way is warm. */
export async function warmPodCreation(bench: Bench, connections: number): Promise<LoadClient> {
  const { enrolled, unenrolled } = await bench.cloister();
  const client = bench.client();
  bench.tell(`creating pods to warm up, ${connections} at a time`);
  const count = bench.isQuick ? COUNT / 2 : 2 * COUNT;
  await client.open('unenrolled', unenrolled, connections);
  await client.open('enrolled', enrolled, connections);
  await client.closedLoop('unenrolled', count);
  await client.closedLoop('enrolled', count);
  return client;
}
