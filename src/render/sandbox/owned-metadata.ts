import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { API_VERSION, LABEL } from '../../api/names.ts';
import { MANAGED_LABELS } from '../tenant/rendered-object.ts';

/** Metadata of an object that belongs to a sandbox and goes when it goes. */
export interface OwnedMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Record<string, string>;
  readonly ownerReferences: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly uid: string;
    readonly controller: boolean;
  }[];
}

/**
 * Returns the metadata of an object of a sandbox that the API server has stored. The garbage collector deletes the object
 * after the sandbox; Cloister itself finds it by its name and labels.
 */
export function ownedMetadata({ metadata }: AgentSandbox, name: string): OwnedMetadata {
  return {
    name,
    namespace: metadata.namespace ?? '',
    labels: { ...MANAGED_LABELS, [LABEL.sandbox]: metadata.name },
    ownerReferences: [
      {
        apiVersion: API_VERSION,
        kind: 'AgentSandbox',
        name: metadata.name,
        uid: metadata.uid ?? '',
        controller: true,
      },
    ],
  };
}
