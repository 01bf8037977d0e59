/** Exit codes of every command: a fault in the input outweighs a violation, since what was not read was not judged. */
export const EXIT = { clean: 0, violations: 1, unusable: 2 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
