/** What a database is and holds, as far as the isolation of one tenant depends on it. */
export interface CatalogFacts {
  /** As `server_version_num` has it: 180004 is 18.4. */
  readonly serverVersion: number;
  /** Whether nothing can be changed: a replica, or `default_transaction_read_only`. */
  readonly isReadOnly: boolean;
  /** Whether `lo_compat_privileges` takes the privileges of large objects away. */
  readonly hasOpenLargeObjects: boolean;
  /** Functions that make large objects, with the types of their arguments, that PUBLIC may call. */
  readonly openLargeObjectFunctions: readonly string[];
  readonly database: DatabaseFacts & { readonly owner: string; readonly adminOwns: boolean };
  /** Other databases of the server that can be connected to. Read where the tenant has a database of its own. */
  readonly otherDatabases: readonly DatabaseFacts[];
  /** The login that reads and changes. */
  readonly admin: {
    readonly name: string;
    readonly isSuperuser: boolean;
    /** Superusers and BYPASSRLS see rows whatever the policies are. */
    readonly bypasses: boolean;
    readonly mayCreateRoles: boolean;
    readonly mayCreateSchemas: boolean;
  };
  /** Roles of Cloister for the tenant, trusted logins, and those that own or were granted something below. */
  readonly roles: readonly RoleFacts[];
  /** Some roles of other tenants on the server, first one of a tenant that has the server for itself; none where there is no other tenant. */
  readonly otherTenants: readonly { readonly name: string; readonly strategy: string | null }[];
  /** Whether `cloister_agents` is named in another database of the server. */
  readonly isUsedElsewhere: boolean;
  /** Null where there is no schema `cloister`. */
  readonly cloister: CloisterFacts | null;
  readonly schemas: readonly SchemaFacts[];
  readonly relations: readonly RelationFacts[];
  readonly functions: readonly FunctionFacts[];
  /** What is granted on tables that are not made yet, to PUBLIC or to roles of Cloister. */
  readonly defaultGrants: readonly DefaultGrant[];
}

export interface DatabaseFacts {
  readonly name: string;
  readonly grants: readonly Grant[];
  /** Roles of other tenants that may connect to it. */
  readonly tenants: readonly string[];
}

/** A privilege that a role has, which is none of another tenant. PUBLIC is the empty name. */
export interface Grant {
  readonly grantee: string;
  readonly privilege: string;
  /** Null where it is of the whole object. */
  readonly column: string | null;
}

export interface DefaultGrant {
  /** Who makes the tables. */
  readonly owner: string;
  /** Null for every schema. */
  readonly schema: string | null;
  readonly grantee: string;
  readonly privilege: string;
}

export interface RoleFacts {
  readonly name: string;
  readonly canLogin: boolean;
  readonly isSuperuser: boolean;
  readonly bypassesRowSecurity: boolean;
  readonly mayCreateRoles: boolean;
  readonly mayCreateDatabases: boolean;
  readonly mayReplicate: boolean;
  /** Roles that it is a member of, also through others; with its own name. */
  readonly reaches: readonly string[];
  /** Its comment, for roles of Cloister; null where it has none. */
  readonly comment: string | null;
}

/** The schema `cloister`. */
export interface CloisterFacts {
  readonly owner: string;
  readonly adminOwns: boolean;
  /** Whether it has the table `tenant`, which the admin owns. */
  readonly hasTenantTable: boolean;
  /** What others than its owner may do with the table. */
  readonly tableGrants: readonly Grant[];
  /** `session_tenant` as `pg_get_functiondef` has it; null where there is none. */
  readonly sessionTenant: string | null;
  readonly functionGrants: readonly Grant[];
  /** Rows of the table: the tenant's own, and that with its value. */
  readonly tenants: readonly { readonly roleName: string; readonly value: string }[];
  /** Whether the table has a row of another tenant, or another tenant may use a schema or the database. */
  readonly hasOtherTenants: boolean;
}

export interface SchemaFacts {
  readonly name: string;
  readonly owner: string;
  readonly adminOwns: boolean;
  readonly grants: readonly Grant[];
  /** Roles of other tenants that may use it. */
  readonly tenants: readonly string[];
  /** Name of a relation in it; null where it has none. */
  readonly sample: string | null;
}

/** A table, a partition, a view or a materialized view. */
export interface RelationFacts {
  readonly schema: string;
  readonly name: string;
  /** `relkind` of `pg_class`: r table, p partitioned table, v view, m materialized view, f foreign table. */
  readonly kind: 'r' | 'p' | 'v' | 'm' | 'f';
  readonly owner: string;
  /** Whether the admin has the privileges of its owner. */
  readonly adminOwns: boolean;
  /** Logins that have the privileges of its owner, without superusers and those with BYPASSRLS. */
  readonly ownerLogins: readonly string[];
  /** Tables that it is a partition of or inherits from, as `schema.table`. */
  readonly parents: readonly string[];
  readonly hasRowSecurity: boolean;
  readonly forcesRowSecurity: boolean;
  /** Of a view: whether it reads as the login that asks. */
  readonly isSecurityInvoker: boolean;
  /** Of a view: relations that it reads, as `schema.name`. */
  readonly reads: readonly string[];
  readonly columns: readonly ColumnFacts[];
  /** Whether a row has no value in the tenant column; null where it was not asked, or not answered in time. */
  readonly hasRowsOfNobody: boolean | null;
  readonly policies: readonly PolicyFacts[];
  /** Without those of its owner. */
  readonly grants: readonly Grant[];
  /** Whether a role of another tenant may do something with it. */
  readonly hasOtherTenants: boolean;
  readonly uniqueKeys: readonly UniqueKeyFacts[];
  readonly foreignKeys: readonly ForeignKeyFacts[];
  /** First columns of its indexes. */
  readonly indexedColumns: readonly string[];
  /** Sequences that columns take their default from, as `schema.name`. */
  readonly sequences: readonly SequenceFacts[];
}

export interface ColumnFacts {
  readonly name: string;
  /** As the server writes it into an expression: quoted where it has to be. */
  readonly quoted: string;
  /** As `format_type` names it, without a length: `uuid`, `character varying`. */
  readonly type: string;
  readonly isDomain: boolean;
  readonly isNullable: boolean;
  /** Whether the server makes its value: a sequence, or an identity. */
  readonly isNumbered: boolean;
  /** Whether it is computed from other columns. */
  readonly isGenerated: boolean;
  /** Whether its collation takes two different texts for one. */
  readonly isLoose: boolean;
}

export interface PolicyFacts {
  readonly name: string;
  /** `polcmd` of `pg_policy`: * all, r SELECT, a INSERT, w UPDATE, d DELETE. */
  readonly command: '*' | 'r' | 'a' | 'w' | 'd';
  readonly isPermissive: boolean;
  /** PUBLIC is the empty name. */
  readonly roles: readonly string[];
  readonly using: string | null;
  readonly check: string | null;
  readonly comment: string | null;
}

export interface UniqueKeyFacts {
  readonly name: string;
  readonly isPrimary: boolean;
  readonly isConstraint: boolean;
  /** Null for an expression. */
  readonly columns: readonly (string | null)[];
}

export interface ForeignKeyFacts {
  readonly name: string;
  readonly columns: readonly string[];
  /** As `schema.table`. */
  readonly references: string;
  readonly referencedColumns: readonly string[];
}

export interface SequenceFacts {
  readonly schema: string;
  readonly name: string;
  readonly grants: readonly Grant[];
}

/** A function with SECURITY DEFINER that roles of the tenant may call. */
export interface FunctionFacts {
  readonly schema: string;
  /** With the types of its arguments, as the server writes them. */
  readonly signature: string;
  readonly owner: string;
  readonly grants: readonly Grant[];
}
