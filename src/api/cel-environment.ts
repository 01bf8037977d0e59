import { Environment } from '@marcbachmann/cel-js';
import { parseQuantity } from '../lib/quantity.ts';

class Quantity {
  readonly nano: bigint;
  constructor(text: string) {
    const nano = parseQuantity(text);
    if (nano === null) throw new Error(`"${text}" is not a quantity`);
    this.nano = nano;
  }
}

class Sets {
  intersects(left: readonly unknown[], right: readonly unknown[]): boolean {
    return left.some((item) => right.includes(item));
  }
}

/**
 * What the rules of the kinds use beside the language itself: `self`, `oldSelf`, and the functions of Kubernetes' CEL libraries
 * for quantities, URLs and sets. `sets.intersects` is for lists of strings, numbers and booleans.
 */
export const celEnvironment = new Environment()
  .registerVariable('self', 'dyn')
  .registerVariable('oldSelf', 'dyn')
  .registerType('Quantity', { ctor: Quantity, fields: {} })
  .registerFunction('quantity(string): Quantity', (text: string) => new Quantity(text))
  .registerFunction(
    'Quantity.isGreaterThan(Quantity): bool',
    (left: Quantity, right: Quantity) => left.nano > right.nano,
  )
  .registerFunction(
    'Quantity.isLessThan(Quantity): bool',
    (left: Quantity, right: Quantity) => left.nano < right.nano,
  )
  .registerType('URL', { ctor: URL, fields: {} })
  .registerFunction('url(string): URL', (text: string) => new URL(text))
  .registerFunction('URL.getHostname(): string', ({ hostname }: URL) => hostname)
  .registerType('Sets', { ctor: Sets, fields: {} })
  .registerConstant('sets', 'Sets', new Sets())
  .registerFunction(
    'Sets.intersects(list, list): bool',
    (sets: Sets, left: readonly unknown[], right: readonly unknown[]) => sets.intersects(left, right),
  );
