// Parses statements until V8 would optimize the parser, waits until that would be done, and prints the highest resident memory
// that the process had, in KiB.
import { readFileSync } from 'node:fs';
import { loadSqlParser } from '../../src/lib/sql-parser.ts';

const TIER_UP_MILLISECONDS = 4_000;
const STATEMENT =
  'SELECT region, sum(amount) FROM analytics.sales WHERE amount > 5 GROUP BY region ORDER BY 2';

const parser = await loadSqlParser();
for (let turn = 0; turn < 200; turn += 1) parser.parse(STATEMENT);
await new Promise((resolve) => setTimeout(resolve, TIER_UP_MILLISECONDS));
const status = readFileSync('/proc/self/status', 'utf8');
process.stdout.write(/^VmHWM:\s+(?<kilobytes>\d+) kB$/m.exec(status)?.groups?.['kilobytes'] ?? '0');
