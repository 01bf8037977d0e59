import { run } from '../cli/run.ts';

const CLEAR_LINE = '\r\u001B[K';
const isWatched = process.stderr.isTTY;

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of `cloister review … | head` has seen enough. The exit code is still that of the whole review.
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await run(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
  stdin: process.stdin,
  colour: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
  progress: (text) => void (isWatched && process.stderr.write(`${CLEAR_LINE}${text}`)),
  now: Date.now,
});
