import { EXIT } from '../cli/command.ts';
import { run } from '../cli/run.ts';

const CLEAR_LINE = '\r\u001B[K';
const isWatched = process.stderr.isTTY;

for (const output of [process.stdout, process.stderr]) {
  output.on('error', ({ code }: NodeJS.ErrnoException) => {
    // The reader of `cloister review … | head` has seen enough. The exit code is still that of the whole review.
    if (code === 'EPIPE') return;
    fail(`the output cannot be written (${code})`);
  });
}

try {
  process.exitCode = await run(process.argv.slice(2), {
    out: (text) => void process.stdout.write(text),
    error: (text) => void process.stderr.write(text),
    stdin: process.stdin,
    colour: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
    progress: (text) => void (isWatched && process.stderr.write(`${CLEAR_LINE}${text}`)),
    now: Date.now,
  });
} catch (error) {
  fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
}

/** Ends the program. Nothing is known of the manifests then, so the code is not that of a refusal. */
function fail(reason: string): never {
  process.stderr.write(`error: ${reason}\n`);
  process.exit(EXIT.unusable);
}
