import type { Check } from '../check.ts';
import { hostNamespaces } from './host-namespaces.ts';
import { privileged } from './privileged.ts';
import { runAsNonRoot } from './run-as-non-root.ts';

/** The pod contract: every check, in the order in which its findings are told. */
export const CHECKS: readonly Check[] = [hostNamespaces, privileged, runAsNonRoot];
