/** Schemas of PostgreSQL itself, and temporary ones. */
const IS_SYSTEM = `(n.nspname IN ('pg_catalog', 'information_schema', 'pg_toast') OR n.nspname LIKE 'pg\\_temp\\_%' OR n.nspname LIKE 'pg\\_toast\\_temp\\_%')`;

/** Entries of an access list as rows. `aclexplode` would unpack a long list, which is compressed, once for each of its entries. */
function entriesOf(acl: string): string {
  return `aclexplode(CASE WHEN (${acl}) IS NOT NULL THEN ${acl} || '{}'::aclitem[] END)`;
}

/** Whether a role is one of a tenant: a table that all share has thousands of grants. */
function isTenantRole(name: string): string {
  return `(starts_with(${name}, 'cloister_t_') OR starts_with(${name}, 'cloister_w_'))`;
}

/**
 * Entries of an access list as an array of objects, without those of the owner and of other tenants: `own` is the parameter with the
 * roles of the tenant. A grantee that is PUBLIC has the empty name.
 */
function grantsOf(acl: string, owner: string, own: string): string {
  return `coalesce((SELECT jsonb_agg(jsonb_build_object('grantee', CASE WHEN a.grantee = 0 THEN '' ELSE pg_get_userbyid(a.grantee) END,
    'privilege', a.privilege_type, 'column', NULL) ORDER BY a.grantee, a.privilege_type) FROM ${entriesOf(acl)} a
    WHERE a.grantee <> ${owner} AND (NOT ${isTenantRole('pg_get_userbyid(a.grantee)')} OR pg_get_userbyid(a.grantee) = ANY(${own}))), '[]')`;
}

/** Roles of other tenants that have the privilege by an access list. */
function tenantsOf(acl: string, privilege: string, own: string): string {
  return `ARRAY(SELECT pg_get_userbyid(a.grantee)::text FROM ${entriesOf(acl)} a WHERE a.privilege_type = '${privilege}'
    AND ${isTenantRole('pg_get_userbyid(a.grantee)')} AND pg_get_userbyid(a.grantee) <> ALL(${own}) ORDER BY 1)`;
}

/** Whether an object was made by an extension. */
function isExtension(catalog: string, alias: string): string {
  return `EXISTS (SELECT FROM pg_depend e WHERE e.classid = '${catalog}'::regclass AND e.objid = ${alias}.oid AND e.deptype = 'e')`;
}

/** Whether a role of another tenant is in an access list. */
function hasOtherTenants(acl: string, own: string): string {
  return `EXISTS (SELECT FROM ${entriesOf(acl)} a
    WHERE ${isTenantRole('pg_get_userbyid(a.grantee)')} AND pg_get_userbyid(a.grantee) <> ALL(${own}))`;
}

/** Names of an array of column numbers of a relation, in their order. An expression is null. */
function columnsOf(numbers: string, relation: string): string {
  return `(SELECT jsonb_agg(att.attname ORDER BY key.position) FROM unnest(${numbers}::int2[]) WITH ORDINALITY key(number, position)
    LEFT JOIN pg_attribute att ON att.attrelid = ${relation} AND att.attnum = key.number AND key.number > 0)`;
}

/** One row: the server, the database and the login. The roles of the tenant are $1. */
export const SERVER_QUERY = `
SELECT current_setting('server_version_num')::int AS "serverVersion",
  pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on' AS "isReadOnly",
  current_setting('lo_compat_privileges') = 'on' AS "hasOpenLargeObjects",
  jsonb_build_object('name', d.datname, 'owner', pg_get_userbyid(d.datdba),
    'adminOwns', pg_has_role(d.datdba, 'USAGE'), 'grants', ${grantsOf("coalesce(d.datacl, acldefault('d', d.datdba))", 'd.datdba', '$1')},
    'tenants', to_jsonb(${tenantsOf('d.datacl', 'CONNECT', '$1')})) AS database,
  jsonb_build_object('name', r.rolname, 'isSuperuser', r.rolsuper, 'bypasses', r.rolsuper OR r.rolbypassrls,
    'mayCreateRoles', r.rolsuper OR r.rolcreaterole,
    'mayCreateSchemas', has_database_privilege(d.oid, 'CREATE')) AS admin
FROM pg_database d, pg_roles r WHERE d.datname = current_database() AND r.rolname = current_user`;

/** Rows of databases that can be connected to, without this one. The roles of the tenant are $1. */
export const DATABASES_QUERY = `
SELECT d.datname AS name, ${grantsOf("coalesce(d.datacl, acldefault('d', d.datdba))", 'd.datdba', '$1')} AS grants,
  ${tenantsOf('d.datacl', 'CONNECT', '$1')} AS tenants
FROM pg_database d WHERE d.datallowconn AND d.datname <> current_database() ORDER BY d.datname`;

/** Rows of the named roles ($1) that exist. */
export const ROLES_QUERY = `
SELECT r.rolname AS name, r.rolcanlogin AS "canLogin", r.rolsuper AS "isSuperuser", r.rolbypassrls AS "bypassesRowSecurity",
  r.rolcreaterole AS "mayCreateRoles", r.rolcreatedb AS "mayCreateDatabases", r.rolreplication AS "mayReplicate",
  CASE WHEN r.rolsuper THEN ARRAY[r.rolname] ELSE
    ARRAY(SELECT o.rolname FROM pg_roles o WHERE pg_has_role(r.oid, o.oid, 'MEMBER') ORDER BY o.rolname) END AS reaches,
  shobj_description(r.oid, 'pg_authid') AS comment
FROM pg_roles r WHERE r.rolname = ANY($1) ORDER BY r.rolname`;

/** One row: whether the role $1 is named in another database. */
export const ELSEWHERE_QUERY = `
SELECT EXISTS (SELECT FROM pg_shdepend s JOIN pg_roles r ON r.oid = s.refobjid AND s.refclassid = 'pg_authid'::regclass
  WHERE r.rolname = $1 AND s.dbid <> 0 AND s.dbid <> (SELECT oid FROM pg_database WHERE datname = current_database())) AS "isUsedElsewhere"`;

/** Two rows of roles of tenants other than $1, whose names begin with $2: first those with a server of their own. */
export const OTHER_TENANTS_QUERY = `
SELECT r.rolname AS name, substring(shobj_description(r.oid, 'pg_authid') FROM '^cloister:(.*)$') AS strategy
FROM pg_roles r WHERE starts_with(r.rolname, $2) AND r.rolname <> $1
ORDER BY shobj_description(r.oid, 'pg_authid') = 'cloister:Dedicated' DESC NULLS LAST, r.rolname LIMIT 2`;

/** One row where the schema of Cloister exists; none where it does not. The roles of the tenant are $1. */
export const CLOISTER_QUERY = `
SELECT pg_get_userbyid(n.nspowner) AS owner, pg_has_role(n.nspowner, 'USAGE') AS "adminOwns",
  coalesce(pg_has_role(c.relowner, 'USAGE'), false) AS "hasTenantTable",
  ${grantsOf("coalesce(c.relacl, acldefault('r', c.relowner))", 'c.relowner', '$1')} AS "tableGrants",
  pg_get_functiondef(p.oid) AS "sessionTenant",
  ${grantsOf("coalesce(p.proacl, acldefault('f', p.proowner))", 'p.proowner', '$1')} AS "functionGrants"
FROM pg_namespace n
LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'tenant' AND c.relkind = 'r'
LEFT JOIN pg_proc p ON p.pronamespace = n.oid AND p.proname = 'session_tenant' AND p.pronargs = 0
WHERE n.nspname = 'cloister'`;

/** Rows of the table of tenants: that of the role $1, and that with the value $2. */
export const TENANTS_QUERY = `
SELECT role_name AS "roleName", value FROM cloister.tenant WHERE role_name = $1 OR value = $2 ORDER BY role_name`;

/** One row: whether the table of tenants has a row of another role than $1. */
export const OTHER_ROWS_QUERY = `SELECT EXISTS (SELECT FROM cloister.tenant WHERE role_name <> $1) AS "hasRows"`;

/** Rows of all schemas. The roles of the tenant are $1. The sample is a relation of a schema that another tenant may use. */
export const SCHEMAS_QUERY = `
SELECT n.nspname AS name, pg_get_userbyid(n.nspowner) AS owner, pg_has_role(n.nspowner, 'USAGE') AS "adminOwns",
  ${grantsOf("coalesce(n.nspacl, acldefault('n', n.nspowner))", 'n.nspowner', '$1')} AS grants, ${tenantsOf('n.nspacl', 'USAGE', '$1')} AS tenants,
  (SELECT c.relname FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm') ORDER BY c.relname LIMIT 1) AS sample
FROM pg_namespace n WHERE NOT ${IS_SYSTEM} ORDER BY n.nspname`;

/**
 * Rows of relations: the tables $1 as `schema.table`, all of the schema $2, all where $3; with what they are a part of, their parts and the views
 * on them; and what is granted to PUBLIC or to the roles $4.
 */
export const RELATIONS_QUERY = `
WITH RECURSIVE listed AS (
  SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT ${IS_SYSTEM} AND n.nspname <> 'cloister' AND NOT ${isExtension('pg_class', 'c')}
    AND (n.nspname || '.' || c.relname = ANY($1) OR n.nspname = $2 OR $3
      OR EXISTS (SELECT FROM ${entriesOf('c.relacl')} a WHERE a.grantee = 0 OR pg_get_userbyid(a.grantee) = ANY($4))
      OR EXISTS (SELECT FROM pg_attribute t, ${entriesOf('t.attacl')} a WHERE t.attrelid = c.oid AND t.attacl IS NOT NULL
        AND (a.grantee = 0 OR pg_get_userbyid(a.grantee) = ANY($4))))
), family AS (
  SELECT oid FROM listed
  UNION
  SELECT CASE WHEN i.inhparent = f.oid THEN i.inhrelid ELSE i.inhparent END
  FROM family f JOIN pg_inherits i ON i.inhparent = f.oid OR i.inhrelid = f.oid
), related AS (
  SELECT oid FROM family
  UNION
  SELECT w.ev_class FROM related v
  JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = v.oid AND d.classid = 'pg_rewrite'::regclass
  JOIN pg_rewrite w ON w.oid = d.objid
)
SELECT n.nspname AS schema, c.relname AS name, c.relkind AS kind, pg_get_userbyid(c.relowner) AS owner,
  pg_has_role(c.relowner, 'USAGE') AS "adminOwns",
  ARRAY(SELECT pn.nspname || '.' || p.relname FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
    JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = c.oid ORDER BY i.inhseqno) AS parents,
  c.relrowsecurity AS "hasRowSecurity", c.relforcerowsecurity AS "forcesRowSecurity",
  coalesce((SELECT o.option_value::boolean FROM pg_options_to_table(c.reloptions) o
    WHERE o.option_name = 'security_invoker'), false) AS "isSecurityInvoker",
  ARRAY(SELECT DISTINCT rn.nspname || '.' || r.relname FROM pg_rewrite w
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
    JOIN pg_class r ON r.oid = d.refobjid AND r.oid <> c.oid AND r.relkind IN ('r', 'p', 'v', 'm', 'f')
    JOIN pg_namespace rn ON rn.oid = r.relnamespace
    WHERE w.ev_class = c.oid AND c.relkind IN ('v', 'm') ORDER BY 1) AS reads,
  ${grantsOf("coalesce(c.relacl, acldefault('r', c.relowner))", 'c.relowner', '$4')}
  || coalesce((SELECT jsonb_agg(jsonb_build_object('grantee', CASE WHEN a.grantee = 0 THEN '' ELSE pg_get_userbyid(a.grantee) END,
    'privilege', a.privilege_type, 'column', t.attname) ORDER BY a.grantee, a.privilege_type, t.attnum)
    FROM pg_attribute t, ${entriesOf('t.attacl')} a WHERE t.attrelid = c.oid AND t.attacl IS NOT NULL AND a.grantee <> c.relowner
      AND (NOT ${isTenantRole('pg_get_userbyid(a.grantee)')} OR pg_get_userbyid(a.grantee) = ANY($4))), '[]') AS grants,
  ${hasOtherTenants('c.relacl', '$4')} AS "hasOtherTenants",
  coalesce((SELECT jsonb_agg(jsonb_build_object('name', t.attname, 'quoted', quote_ident(t.attname),
    'type', format_type(t.atttypid, NULL), 'isDomain', y.typtype = 'd', 'isNullable', NOT t.attnotnull,
    'isNumbered', t.attidentity <> '' OR coalesce(pg_get_expr(f.adbin, f.adrelid) LIKE 'nextval(%', false),
    'isGenerated', t.attgenerated <> '', 'isLoose', NOT coalesce(l.collisdeterministic, true)) ORDER BY t.attnum)
    FROM pg_attribute t JOIN pg_type y ON y.oid = t.atttypid
    LEFT JOIN pg_collation l ON l.oid = t.attcollation
    LEFT JOIN pg_attrdef f ON f.adrelid = t.attrelid AND f.adnum = t.attnum
    WHERE t.attrelid = c.oid AND t.attnum > 0 AND NOT t.attisdropped), '[]') AS columns,
  coalesce((SELECT jsonb_agg(jsonb_build_object('name', p.polname, 'command', p.polcmd, 'isPermissive', p.polpermissive,
    'roles', ARRAY(SELECT CASE WHEN o = 0 THEN '' ELSE pg_get_userbyid(o)::text END FROM unnest(p.polroles) o ORDER BY 1),
    'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid),
    'comment', obj_description(p.oid, 'pg_policy')) ORDER BY p.polname)
    FROM pg_policy p WHERE p.polrelid = c.oid), '[]') AS policies,
  coalesce((SELECT jsonb_agg(jsonb_build_object('name', x.relname, 'isPrimary', i.indisprimary,
    'isConstraint', EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x')),
    'columns', ${columnsOf('(i.indkey::int2[])[0:i.indnkeyatts - 1]', 'c.oid')}) ORDER BY x.relname)
    FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
    WHERE i.indrelid = c.oid AND (i.indisunique OR i.indisexclusion)), '[]') AS "uniqueKeys",
  coalesce((SELECT jsonb_agg(jsonb_build_object('name', k.conname, 'columns', ${columnsOf('k.conkey', 'k.conrelid')},
    'references', (SELECT rn.nspname || '.' || r.relname FROM pg_class r JOIN pg_namespace rn ON rn.oid = r.relnamespace WHERE r.oid = k.confrelid),
    'referencedColumns', ${columnsOf('k.confkey', 'k.confrelid')}) ORDER BY k.conname)
    FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.conparentid = 0), '[]') AS "foreignKeys",
  ARRAY(SELECT DISTINCT t.attname::text FROM pg_index i JOIN pg_attribute t ON t.attrelid = c.oid AND t.attnum = i.indkey[0]
    WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL ORDER BY 1) AS "indexedColumns",
  coalesce((SELECT jsonb_agg(jsonb_build_object('schema', sn.nspname, 'name', s.relname,
    'grants', ${grantsOf("coalesce(s.relacl, acldefault('s', s.relowner))", 's.relowner', '$4')}) ORDER BY sn.nspname, s.relname)
    FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' JOIN pg_namespace sn ON sn.oid = s.relnamespace
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid
      AND d.refobjsubid > 0 AND d.deptype = 'a'), '[]') AS sequences
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid IN (SELECT oid FROM related) AND NOT ${IS_SYSTEM} ORDER BY n.nspname, c.relname`;

/** Rows of the logins that have the privileges of each of the roles $1, without those that bypass row security anyway. */
export const OWNER_LOGINS_QUERY = `
SELECT o.rolname AS owner, ARRAY(SELECT l.rolname FROM pg_roles l WHERE l.rolcanlogin AND NOT l.rolsuper AND NOT l.rolbypassrls
  AND pg_has_role(l.oid, o.oid, 'USAGE') ORDER BY l.rolname) AS logins
FROM pg_roles o WHERE o.rolname = ANY($1)`;

/** Rows of functions with SECURITY DEFINER that PUBLIC or one of the roles $1 may call, without those that only triggers can. */
export const FUNCTIONS_QUERY = `
SELECT n.nspname AS schema, p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS signature,
  pg_get_userbyid(p.proowner) AS owner, ${grantsOf("coalesce(p.proacl, acldefault('f', p.proowner))", 'p.proowner', '$1')} AS grants
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prosecdef AND NOT ${isExtension('pg_proc', 'p')} AND NOT ${IS_SYSTEM} AND n.nspname <> 'cloister'
  AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
  AND EXISTS (SELECT FROM ${entriesOf("coalesce(p.proacl, acldefault('f', p.proowner))")} a
    WHERE a.grantee = 0 OR pg_get_userbyid(a.grantee) = ANY($1))
ORDER BY 1, 2`;

/** Rows of what is granted on future tables to PUBLIC or to the roles $1. */
export const DEFAULT_GRANTS_QUERY = `
SELECT pg_get_userbyid(d.defaclrole) AS owner, n.nspname AS schema, CASE WHEN a.grantee = 0 THEN '' ELSE pg_get_userbyid(a.grantee) END AS grantee,
  a.privilege_type AS privilege
FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace, ${entriesOf('d.defaclacl')} a
WHERE d.defaclobjtype = 'r' AND (a.grantee = 0 OR pg_get_userbyid(a.grantee) = ANY($1)) ORDER BY 1, 2, 3, 4`;

/** One row: functions that make large objects and that PUBLIC may call. */
export const LARGE_OBJECTS_QUERY = `
SELECT coalesce(jsonb_agg(p.oid::regprocedure::text ORDER BY p.oid::regprocedure::text), '[]') AS functions
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = 'pg_catalog' AND p.proname IN ('lo_create', 'lo_creat', 'lo_from_bytea')
  AND EXISTS (SELECT FROM ${entriesOf("coalesce(p.proacl, acldefault('f', p.proowner))")} a WHERE a.grantee = 0)`;
