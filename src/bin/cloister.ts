import { keepCompiled } from '../cli/keep-compiled.ts';

keepCompiled(process.env);
const { run } = await import('../cli/run.ts');

const CLEAR_LINE = '\r\u001B[K';
/** Characters that are written at once: a line at a time would cost more than what is in it. */
const CHUNK = 16_384;
const watched = process.stderr.isTTY;
let pending = '';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `cloister review … | head`: whoever reads has seen enough. The exit code is still the whole verdict.
  if (error.code !== 'EPIPE') throw error;
});

function flush(): void {
  if (pending !== '') process.stdout.write(pending);
  pending = '';
}

process.exitCode = await run(process.argv.slice(2), {
  out: (text) => {
    pending += text;
    if (pending.length >= CHUNK) flush();
  },
  error: (text) => {
    flush();
    process.stderr.write(text);
  },
  stdin: process.stdin,
  colour: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
  progress: (text) => void (watched && process.stderr.write(`${CLEAR_LINE}${text}`)),
  now: Date.now,
});
flush();
