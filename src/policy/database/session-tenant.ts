import { CLOISTER_SCHEMA } from './role-names.ts';

/** Setting of a session that has to name the tenant once more. Anybody may set it, so it only ever narrows. */
export const TENANT_SETTING = 'cloister.tenant';

/**
 * Makes `cloister.session_tenant()`, in the very form in which the server tells what a function is, so that both can be compared.
 *
 * It goes by `session_user`, which nothing but a superuser can change, and walks the memberships by index: a scan of all tenants would make
 * each statement slower with each tenant. Memberships of a superuser are walked too, who would be a member of every role for `pg_has_role`.
 */
export const SESSION_TENANT_DEFINITION = `CREATE OR REPLACE FUNCTION ${CLOISTER_SCHEMA}.session_tenant()
 RETURNS text
 LANGUAGE plpgsql
 STABLE PARALLEL RESTRICTED SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
  tenants text[];
BEGIN
  WITH RECURSIVE reached(id) AS (
    SELECT quote_ident(session_user)::regrole::oid
    UNION
    SELECT m.roleid FROM reached JOIN pg_auth_members m ON m.member = reached.id
  )
  SELECT array_agg(t.value) INTO tenants
  FROM reached JOIN ${CLOISTER_SCHEMA}.tenant t ON t.role_name = pg_get_userbyid(reached.id);
  IF cardinality(tenants) = 1 THEN
    RETURN tenants[1];
  END IF;
  RAISE EXCEPTION 'the session is not of exactly one tenant' USING ERRCODE = '42501';
END
$function$
`;
