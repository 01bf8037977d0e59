import { BASE, FILE, NET, NODE, PROC, PYTHON, SERVER, SHELL } from './system-calls.ts';

/** A seccomp profile by what it is for. */
export interface SeccompProfileDefinition {
  /** How a role names it, and the name of its file without `.json`. */
  readonly name: string;
  readonly summary: string;
  /** System calls that are allowed whatever their arguments; a call may be in several sets. */
  readonly sets: readonly (readonly string[])[];
  /** What `clone` may create. With `Threads`, the program starts no other: `fork`, `subprocess` and `spawn` fail. */
  readonly creates: 'Processes' | 'Threads';
}

/** The profiles that Cloister ships, from the tightest to the widest. */
export const SECCOMP_PROFILES: readonly SeccompProfileDefinition[] = [
  {
    name: 'static-agent',
    summary: 'A compiled program that is a client only, as in Go, Rust or C.',
    sets: [BASE, NET],
    creates: 'Processes',
  },
  {
    name: 'python-agent-nofork',
    summary: 'Python with threads and asyncio, without other programs.',
    sets: [BASE, NET, SERVER, PYTHON],
    creates: 'Threads',
  },
  {
    name: 'node-agent-nofork',
    summary: 'Node.js with workers, without other programs.',
    sets: [BASE, NET, SERVER, NODE],
    creates: 'Threads',
  },
  {
    name: 'node-agent',
    summary: 'Node.js that starts other programs.',
    sets: [BASE, NET, SERVER, PROC, NODE],
    creates: 'Processes',
  },
  {
    name: 'python-agent',
    summary: 'Python that starts other programs and processes.',
    sets: [BASE, NET, SERVER, PROC, PYTHON, FILE],
    creates: 'Processes',
  },
  {
    name: 'shell-agent',
    summary: 'A shell with git, curl, compilers and package managers.',
    sets: [BASE, NET, SERVER, PROC, FILE, PYTHON, NODE, SHELL],
    creates: 'Processes',
  },
];

const NAMES: ReadonlySet<string> = new Set(SECCOMP_PROFILES.map(({ name }) => name));

/** Whether Cloister ships a profile of this name. `RuntimeDefault` is none of them: the container runtime has it. */
export function isShippedProfile(name: string): boolean {
  return NAMES.has(name);
}
