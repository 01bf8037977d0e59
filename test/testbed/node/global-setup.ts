import type { TestProject } from 'vitest/node';
import { MissingProgramError } from '../missing-program-error.ts';
import { provideImages } from './built-images.ts';
import type { NodeState } from './node-state.ts';
import { provideNodePrograms } from './provide-node-programs.ts';

/**
 * Finds out whether this machine can run a node, and builds its programs and the images of Cloister. Where it cannot, the
 * node tests are reported as skipped with the reason, or, with CLOISTER_TESTBED=required, as failed. Each test file starts a
 * node of its own.
 */
export default async function setup(project: TestProject): Promise<void> {
  project.provide('node', await nodeState());
}

async function nodeState(): Promise<NodeState> {
  try {
    await provideNodePrograms();
    await provideImages();
    return { missing: undefined };
  } catch (error) {
    if (!(error instanceof MissingProgramError)) throw error;
    const required = process.env['CLOISTER_TESTBED'] === 'required';
    process.stderr.write(`testbed: node tests ${required ? 'fail' : 'are skipped'}: ${error.message}\n`);
    return { missing: error.message, required };
  }
}
