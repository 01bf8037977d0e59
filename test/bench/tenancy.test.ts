import { beforeAll, expect, test } from 'vitest';
import { describePostgres } from '../testbed/postgres/use-postgres.ts';
import { takeBuffers, takePlan, takeResync, takeScan } from './bars/tenancy.ts';
import { measureTenancy, type TenancyFigures } from './tenancy/measure-tenancy.ts';

describePostgres(
  'the bench of tenancy',
  () => {
    let figures: TenancyFigures;

    beforeAll(async () => {
      figures = await measureTenancy({ rows: 4000, tenants: 4, rounds: 1 }, () => {});
    }, 120_000);

    test('finds the rows of a tenant by the index, under the policies too', () => {
      expect(takeBuffers(figures).value).toBeGreaterThanOrEqual(1);
    });

    test('measures a scan', () => {
      expect(takeScan(figures).value).toBeGreaterThan(0);
    });

    test('counts one transaction a table, with fewer statements for later tenants', () => {
      expect(takePlan(figures, 'transactions').value).toBe(1);
      expect(figures.plans.first.statements).toBeGreaterThan(figures.plans.last.statements);
    });

    test('sees that a second plan writes nothing', () => {
      expect(takeResync(figures).value).toBe(0);
    });
  },
  { version: 18 },
);
