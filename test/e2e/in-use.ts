import { useCloister } from './use-cloister.ts';

/** The Cloister that the suites of one test file share: this module is loaded once for each file that runs them. */
export const inUse = useCloister();
