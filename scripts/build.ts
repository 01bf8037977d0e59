import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/** Compiles `src/` to `dist/` and makes the command line program runnable as `cloister` and `kubectl cloister`. */
const PROGRAM = 'dist/bin/cloister.js';
const SHEBANG = '#!/usr/bin/env node\n';

rmSync('dist', { recursive: true, force: true });
const { status } = spawnSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

const program = readFileSync(PROGRAM, 'utf8');
if (!program.startsWith('#!')) writeFileSync(PROGRAM, SHEBANG + program);
chmodSync(PROGRAM, 0o755);
