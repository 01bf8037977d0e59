import type { Client } from 'pg';

/** A tenant of the tests, and the login of a sandbox of it. */
export interface TenantLogin {
  readonly user: string;
  readonly password: string;
}

/** What tells the tenants apart in the rows, by tenant. */
export const TENANTS = ['acme', 'globex'] as const;
export type TenantName = (typeof TENANTS)[number];

/** How many rows each tenant has. */
export const ROWS = 3;

const TABLE = 'analytics.orders';

/**
 * Makes a table whose rows are kept apart by row-level security: by the role that the login is a member of, and by the setting that the
 * gateway makes as well.
 */
export async function makeTenantRows(admin: Client): Promise<void> {
  await admin.query(`
    CREATE ROLE cloister_agents NOLOGIN;
    CREATE SCHEMA cloister;
    CREATE TABLE cloister.tenant (role_name name PRIMARY KEY, value text NOT NULL);
    CREATE FUNCTION cloister.session_tenant() RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER
      SET search_path = pg_catalog, pg_temp AS $$
      DECLARE found text[];
      BEGIN
        SELECT array_agg(t.value) INTO found FROM cloister.tenant t
          WHERE pg_has_role(session_user, t.role_name, 'MEMBER') AND NOT pg_has_role(session_user, 'postgres', 'MEMBER');
        IF cardinality(found) IS DISTINCT FROM 1 THEN
          RAISE EXCEPTION 'no tenant' USING ERRCODE = '42501';
        END IF;
        RETURN found[1];
      END $$;
    GRANT USAGE ON SCHEMA cloister TO cloister_agents;
    CREATE SCHEMA analytics;
    GRANT USAGE ON SCHEMA analytics TO cloister_agents;
    CREATE TABLE ${TABLE} (tenant_id text NOT NULL, id int NOT NULL, note text, amount numeric,
      paid boolean NOT NULL DEFAULT false, at timestamptz DEFAULT now(), PRIMARY KEY (tenant_id, id));
  `);
  for (const tenant of TENANTS) {
    await admin.query(
      `INSERT INTO ${TABLE} (tenant_id, id, note, amount) SELECT $1, n, $1 || n, n * 10.50 FROM generate_series(1, ${ROWS}) n`,
      [tenant],
    );
    await admin.query(`
      CREATE ROLE reader_${tenant} NOLOGIN IN ROLE cloister_agents;
      CREATE ROLE writer_${tenant} NOLOGIN IN ROLE reader_${tenant};
      GRANT SELECT ON ${TABLE} TO reader_${tenant};
      GRANT INSERT, UPDATE, DELETE ON ${TABLE} TO writer_${tenant};
      INSERT INTO cloister.tenant VALUES ('reader_${tenant}', '${tenant}');
    `);
  }
  await admin.query(`
    ALTER TABLE ${TABLE} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY cloister_tenant ON ${TABLE} TO cloister_agents USING (tenant_id = (SELECT cloister.session_tenant()));
    CREATE POLICY cloister_context ON ${TABLE} AS RESTRICTIVE TO cloister_agents
      USING (tenant_id = NULLIF(current_setting('cloister.tenant', true), ''));
  `);
}

let made = 0;

/** Makes a login as Vault would: a member of the tenant's role, with an end. */
export async function makeLogin(admin: Client, tenant: TenantName): Promise<TenantLogin> {
  made += 1;
  const login = { user: `v-${made}`, password: `password-of-${made}` };
  await admin.query(
    `CREATE ROLE "${login.user}" LOGIN PASSWORD '${login.password}' CONNECTION LIMIT 5 VALID UNTIL 'tomorrow' IN ROLE writer_${tenant}`,
  );
  return login;
}
