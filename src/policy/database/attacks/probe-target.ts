import type { ColumnFacts, RelationFacts } from '../catalog-facts.ts';

/** A table of a tenant that is tried. */
export interface ProbeTarget {
  readonly table: RelationFacts;
  /** Its tenant column. */
  readonly column: ColumnFacts;
  /** The value that the tenant's rows have. */
  readonly ownValue: string;
  /** The value of a row of anybody else; null where there is none. It is compared with and never told. */
  readonly otherValue: string | null;
  /** The row that writes are tried against; null where there is none. */
  readonly canary: { readonly column: string; readonly value: string; readonly tenantValue: string } | null;
}
