import type { ReadEpoch } from './read-epoch.ts';
import type { AuditProblem, AuditProblemKind, RegisteredEpoch } from './report.ts';

/**
 * Compares the epochs of a replica with what the operator registered, where the gateway cannot write: only that finds
 * records that were cut off at the end, a last epoch that is missing, and a chain that was written anew with another key.
 * Of a file alone (`isPart`), the epochs that it does not hold are not missing.
 */
export function checkRegistered(
  { replica, isPart }: { readonly replica: string; readonly isPart: boolean },
  epochs: readonly ReadEpoch[],
  registered: ReadonlyMap<string, RegisteredEpoch>,
): readonly AuditProblem[] {
  const problems: AuditProblem[] = [];
  const add = (kind: AuditProblemKind, file: string, message: string) =>
    void problems.push({ kind, file, line: null, message });
  const read = new Map(epochs.map((one) => [one.epoch, one]));
  const first = Math.min(...epochs.map(({ number }) => number));
  const oldest = Math.min(...[...registered.values()].map(({ number }) => number));
  for (const one of registered.values()) {
    const found = read.get(one.epoch);
    // What is before the first file is judged by the record of what retention removed.
    if (found === undefined && epochs.length > 0 && (isPart || one.number < first)) continue;
    if (one.contradiction !== undefined) {
      const message = `the gateway contradicted what was registered of epoch ${one.number}: ${one.contradiction}`;
      add('Contradicted', found?.file ?? replica, message);
    }
    if (found === undefined) {
      add('MissingEpoch', replica, `epoch ${one.number} (${one.epoch}) was registered and is not here`);
    } else if (found.publicKey !== one.publicKey) {
      add(
        'WrongKey',
        found.file,
        `epoch ${one.number} has another public key than the one that was registered`,
      );
    } else checkHead(found, one, add);
  }
  for (const { epoch, number, file } of epochs) {
    // The list is bounded: older epochs were on it once. A replica that has none on it was never registered.
    if (registered.has(epoch) || (registered.size > 0 && number < oldest)) continue;
    add('NotRegistered', file, `epoch ${number} (${epoch}) was not registered`);
  }
  return problems;
}

function checkHead(
  { proven, registeredHash, file, number }: ReadEpoch,
  { sequence, hash }: RegisteredEpoch,
  add: (kind: AuditProblemKind, file: string, message: string) => void,
): void {
  if (sequence === 0) return;
  if (proven === null || proven.sequence < sequence) {
    add(
      'Missing',
      file,
      `epoch ${number} was registered up to record ${sequence}, and is proven up to ${proven?.sequence ?? 0}`,
    );
  } else if (registeredHash !== null && registeredHash !== hash) {
    add('Changed', file, `record ${sequence} of epoch ${number} is not the one that was registered`);
  }
}
