import { profileFile } from '../../src/policy/seccomp/compile-profile.ts';
import { SECCOMP_PROFILES } from '../../src/policy/seccomp/profiles.ts';
import type { GeneratedFile } from './generated-file.ts';

/** The seccomp profiles as the installer writes them to nodes, for those who put them there by other means. */
export const seccompFiles = (): GeneratedFile[] =>
  SECCOMP_PROFILES.map((profile) => ({
    path: `charts/cloister/files/seccomp/${profile.name}.json`,
    content: profileFile(profile),
  }));
