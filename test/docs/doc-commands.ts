import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

/** One command that the documentation tells a reader to run. */
export interface DocCommand {
  /** Relative to the root of the repository. */
  readonly file: string;
  /** The number of its first line. */
  readonly line: number;
  /** As it is written, with its continued lines, without comments at the ends of lines. */
  readonly command: string;
  /** What a `console` block shows below it; null in an `sh` block. */
  readonly output: string | null;
}

const FENCE = /^\s*```(\w*)\s*$/;
const COMMENT = /(^|\s+)# .*$/;

/** Returns the commands of all `sh` and `console` blocks of a Markdown text, in order. */
export function findCommands(text: string, file: string): readonly DocCommand[] {
  const commands: DocCommand[] = [];
  let language: string | null = null;
  let block: string[] = [];
  text.split('\n').forEach((line, index) => {
    const fence = FENCE.exec(line);
    if (fence === null) {
      if (language !== null) block.push(line);
    } else if (language === null) {
      language = fence[1] ?? '';
      block = [];
    } else {
      const first = index + 1 - block.length;
      if (language === 'sh') commands.push(...readScript(block, first, file));
      if (language === 'console') commands.push(...readSession(block, first, file));
      language = null;
    }
  });
  return commands;
}

function readScript(lines: readonly string[], first: number, file: string): readonly DocCommand[] {
  const commands: DocCommand[] = [];
  let parts: string[] = [];
  lines.forEach((line, index) => {
    const text = line.replace(COMMENT, '').trimEnd();
    if (text.trim() === '' && parts.length === 0) return;
    parts.push(text.trim().replace(/\\$/, '').trimEnd());
    if (text.endsWith('\\')) return;
    commands.push({ file, line: first + index + 1 - parts.length, command: parts.join(' '), output: null });
    parts = [];
  });
  return commands;
}

function readSession(lines: readonly string[], first: number, file: string): readonly DocCommand[] {
  const starts = lines.flatMap((line, index) => (line.startsWith('$ ') ? [index] : []));
  return starts.map((start, each) => ({
    file,
    line: first + start,
    command: (lines[start] ?? '').slice(2),
    output: lines.slice(start + 1, starts[each + 1] ?? lines.length).join('\n'),
  }));
}

/** Returns the commands of the README and of all other documentation, the README's first. */
export function readDocCommands(): readonly DocCommand[] {
  const others = globSync('docs/**/*.md', { cwd: ROOT }).toSorted();
  return ['README.md', 'CONTRIBUTING.md', ...others].flatMap((file) =>
    findCommands(readFileSync(join(ROOT, file), 'utf8'), file),
  );
}
