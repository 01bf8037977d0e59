// Loaded before a server's own program with `--import`, so that the server itself is measured as it is: in JavaScript, so
// that this alone does not bring a compiler into its memory. Answers with what the process has used so far, and collects
// garbage first when it is asked to. The port stands in this module's URL; the answer is `Figures` of figures.ts.
import { createServer } from 'node:http';

const port = Number(new URL(import.meta.url).searchParams.get('port'));

const server = createServer((request, response) => {
  if (request.url === '/collected') collectGarbage();
  const { user, system } = process.cpuUsage();
  const { heapUsed, rss } = process.memoryUsage();
  const figures = {
    cpuMicroseconds: user + system,
    heapBytes: heapUsed,
    residentBytes: rss,
    peakResidentBytes: process.resourceUsage().maxRSS * 1024,
  };
  response.setHeader('Connection', 'close');
  response.end(JSON.stringify(figures));
});
server.listen(port, '127.0.0.1');
server.unref();

/** Twice: what finalizers let go of is freed by the second. */
function collectGarbage() {
  globalThis.gc?.();
  globalThis.gc?.();
}
