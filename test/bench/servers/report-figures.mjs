// Preloaded into a program that is measured (`--import`), which itself stays as it is. JavaScript, since a TypeScript
// file would bring a compiler into the memory of the program. With `?port=` in this module's URL it answers requests
// with `Figures` (measured-server.ts); without, it writes the processor time of the whole process to standard error at
// the end.
import { constants, PerformanceObserver } from 'node:perf_hooks';

const port = new URL(import.meta.url).searchParams.get('port');
if (port === null) process.on('exit', () => process.stderr.write(`\ncpu ${cpuMicroseconds()}\n`));
else await reportOn(Number(port));

async function reportOn(figuresPort) {
  let fullCollections = 0;
  new PerformanceObserver((list) => {
    const isOwn = ({ detail: { kind, flags } }) =>
      kind === constants.NODE_PERFORMANCE_GC_MAJOR &&
      (flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) === 0;
    fullCollections += list.getEntries().filter(isOwn).length;
  }).observe({ entryTypes: ['gc'] });
  const { createServer } = await import('node:http');
  const server = createServer((request, response) => {
    if (request.url === '/collected') collectGarbage();
    const { heapUsed, rss } = process.memoryUsage();
    const figures = {
      cpuMicroseconds: cpuMicroseconds(),
      heapBytes: heapUsed,
      residentBytes: rss,
      peakResidentBytes: process.resourceUsage().maxRSS * 1024,
      fullCollections,
    };
    response.setHeader('Connection', 'close');
    response.end(JSON.stringify(figures));
  });
  server.listen(figuresPort, '127.0.0.1');
  server.unref();
}

function cpuMicroseconds() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Twice: the second frees what finalizers let go of. */
function collectGarbage() {
  globalThis.gc?.();
  globalThis.gc?.();
}
