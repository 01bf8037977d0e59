import { cpus, loadavg, release, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { type Bar, type BarResult, type Bench, compareWithBar, renderTable } from './bar.ts';
import { CONTAINMENT_BARS } from './bars/containment.ts';
import { CONTRACT_BARS } from './bars/contract.ts';
import { GATEWAY_BARS } from './bars/gateway.ts';
import { OPERATOR_BARS } from './bars/operator.ts';
import { POD_CREATION_BARS } from './bars/pod-creation.ts';
import { REVIEW_COMMAND_BARS } from './bars/review-command.ts';
import { TENANCY_BARS } from './bars/tenancy.ts';
import { WEBHOOK_BARS } from './bars/webhook.ts';
import { isInNamespace, runInNamespace } from './network-namespace.ts';

const HELP = `Measures what Cloister costs, and fails if a bar is missed.

  npm run bench -- admission              all bars of admission
  npm run bench -- operator               all bars of the operator
  npm run bench -- containment            all bars of containment, and of what Vault is asked
  npm run bench -- gateway                all bars of the gateway
  npm run bench -- tenancy                all bars of tables that tenants share
  npm run bench -- contract_cpu_ratio     one bar, or several
  npm run bench -- admission --quick      small counts, to try the bench itself

Bars named webhook_* and pod_create_* need root and iproute2.
Standard output ends with one JSON line: {"bench", "bars": [{"name", "value", "unit", "limit", "ok"}]}.
The exit code is 1 if a bar is missed.
`;

const BENCHES: Readonly<Record<string, readonly Bar[]>> = {
  admission: [...CONTRACT_BARS, ...WEBHOOK_BARS, ...POD_CREATION_BARS, ...REVIEW_COMMAND_BARS],
  operator: OPERATOR_BARS,
  containment: CONTAINMENT_BARS,
  gateway: GATEWAY_BARS,
  tenancy: TENANCY_BARS,
};

const { values: options, positionals } = parseArgs({
  options: { quick: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  allowPositionals: true,
});

if (options.help === true || positionals.length === 0) process.stdout.write(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const names = Object.entries(BENCHES).flatMap(([bench, bars]) => [bench, ...bars.map(({ name }) => name)]);
  const unknown = positionals.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`${unknown.join(', ')} is not a bench or bar; known are ${names.join(', ')}\n`);
    return 2;
  }
  const asked = Object.entries(BENCHES).map(([bench, bars]) => ({
    bench,
    bars: bars.filter(({ name }) => positionals.includes(bench) || positionals.includes(name)),
  }));
  const bars = asked.flatMap((one) => one.bars);
  if (bars.some(({ needsCluster }) => needsCluster) && !isInNamespace()) return runInNamespace();
  const benches = asked.filter((one) => one.bars.length > 0).map(({ bench }) => bench);
  return measureAll(benches.join('+'), bars);
}

async function measureAll(name: string, bars: readonly Bar[]): Promise<number> {
  const machine = describeMachine();
  const { bench, stop } = createBench(options.quick === true);
  const rows: { bar: Bar; result: BarResult; detail: string }[] = [];
  try {
    for (const bar of bars) {
      bench.report(`${bar.name}: measuring`);
      const measurement = await bar.measure(bench);
      rows.push({ bar, result: compareWithBar(bar, measurement), detail: measurement.detail });
      bench.report(`${bar.name}: ${measurement.value} ${bar.unit}; ${measurement.detail}`);
    }
  } finally {
    await stop();
  }
  const results = rows.map(({ result }) => result);
  const line = { bench: name, ...(bench.isQuick ? { quick: true } : {}), bars: results };
  process.stdout.write(`${machine}\n\n${renderTable(rows)}\n\n${JSON.stringify(line)}\n`);
  return results.every(({ ok }) => ok) ? 0 : 1;
}

function createBench(isQuick: boolean): { bench: Bench; stop: () => Promise<void> } {
  const results = new Map<string, Promise<unknown>>();
  const stops: (() => Promise<void>)[] = [];
  const started = performance.now();
  function once<Result>(name: string, run: () => Promise<Result>): Promise<Result> {
    const result = (results.get(name) as Promise<Result> | undefined) ?? run();
    results.set(name, result);
    return result;
  }
  const report = (text: string): void => {
    const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6);
    process.stderr.write(`${seconds} s  ${text}\n`);
  };
  const stop = async (): Promise<void> => {
    for (const one of stops.toReversed()) await one();
  };
  return { bench: { isQuick, report, once, atEnd: (one) => void stops.push(one) }, stop };
}

function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()[0]?.toFixed(2);
  return `${cpus().length} cores (${model}), ${memory} GiB of memory, Linux ${release()}, Node ${process.versions.node}, load ${load} at the start`;
}
