import type { Sharing, TableName } from '../../src/policy/database/wanted-isolation.ts';

/** Tables that tenants share by rows: one with keys, and one with partitions. Each has rows of the tenants 1 and 2. */
export const SHARED_TABLES = `
CREATE TABLE public.orders (tenant_id uuid NOT NULL, id integer NOT NULL, note text, PRIMARY KEY (tenant_id, id));
CREATE TABLE public.events (tenant_id uuid NOT NULL, day date NOT NULL, note text) PARTITION BY RANGE (day);
CREATE TABLE public.events_1 PARTITION OF public.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE INDEX ON public.events (tenant_id);
INSERT INTO public.orders SELECT ('00000000-0000-4000-8000-00000000000' || t)::uuid, n * 10 + t, 'note' FROM generate_series(1, 2) t, generate_series(1, 3) n;
INSERT INTO public.events SELECT tenant_id, '2026-05-05', note FROM public.orders;
ANALYZE;
ALTER TABLE public.orders OWNER TO app_owner;
ALTER TABLE public.events OWNER TO app_owner;
ALTER TABLE public.events_1 OWNER TO app_owner;`;

export const ORDERS: TableName = { schema: 'public', name: 'orders' };
export const EVENTS: TableName = { schema: 'public', name: 'events' };

/** Value of the tenant column of tenant 1, 2, … */
export function tenantValue(tenant: number): string {
  return `00000000-0000-4000-8000-00000000000${tenant}`;
}

/** Shares the tables by rows. If `tables` is not set: both. */
export function shareRows(tenant: number, tables: readonly TableName[] = [ORDERS, EVENTS]): Sharing {
  return { strategy: 'RowLevel', column: 'tenant_id', value: tenantValue(tenant), tables };
}

/** A table in `public` that belongs to `app_owner`. */
export function createOwned(name: string, columns: string): string {
  return `CREATE TABLE public.${name} (${columns}); ALTER TABLE public.${name} OWNER TO app_owner;`;
}
