import { nearestName } from '../../lib/nearest-name.ts';
import type { Check } from '../../policy/admission/check.ts';
import { CHECKS } from '../../policy/admission/checks/index.ts';
import { ACCESS } from '../../policy/admission/evaluate-access.ts';
import { type Command, EXIT, type ExitCode, paint, type Terminal } from '../command.ts';

type Explained = Pick<Check, 'name' | 'summary' | 'rationale' | 'fields' | 'context' | 'upstream'>;

const ALL: readonly Explained[] = [...CHECKS, ACCESS];

/** `cloister explain`: what a check requires and why; without a name, the list of checks. */
export const explain: Command = {
  name: 'explain',
  register: (program, terminal, finish) =>
    void program
      .command('explain')
      .argument('[check]', 'name of a check, as in a refusal')
      .description('print what a check requires and why; without a name, list the checks')
      .addHelpText('after', '\nExamples:\n  cloister explain\n  cloister explain privileged\n')
      .action((name?: string) =>
        finish(name === undefined ? printList(terminal) : printCheck(name, terminal)),
      ),
};

function printList(terminal: Terminal): ExitCode {
  const width = Math.max(...ALL.map(({ name }) => name.length)) + 2;
  for (const { name, summary } of ALL)
    terminal.out(`${paint(terminal, 'bold', name.padEnd(width))}${summary}\n`);
  return EXIT.clean;
}

function printCheck(name: string, terminal: Terminal): ExitCode {
  const check = ALL.find((one) => one.name === name);
  if (check === undefined) {
    const names = ALL.map((one) => one.name);
    const near = nearestName(name, names);
    const advice = near === null ? 'to list all checks: cloister explain' : `did you mean ${near}?`;
    terminal.error(`error: there is no check "${name}"; ${advice}\n`);
    return EXIT.unusable;
  }
  const rows = [
    ['requires', check.summary],
    ['why', check.rationale],
    ['reads', check.fields.join(`\n${' '.repeat(TITLE_WIDTH + 3)}`)],
    ['needs', NEEDS[check.context]],
    [
      'enforced by',
      check.context === 'None' ? 'the webhook, and a policy inside the API server' : 'the webhook',
    ],
    ['upstream', describeUpstream(check)],
    ['level', 'Pod: a pod that is refused never runs'],
  ];
  terminal.out(`${paint(terminal, 'bold', check.name)}\n`);
  for (const [title = '', text = ''] of rows) terminal.out(`  ${title.padEnd(TITLE_WIDTH)} ${text}\n`);
  return EXIT.clean;
}

const TITLE_WIDTH = 'enforced by'.length;

const NEEDS: Readonly<Record<Explained['context'], string>> = {
  None: 'only the pod',
  Role: 'the AgentRole that the pod names',
  Tenant: 'the AgentRole, and the TenantIsolation of the namespace',
};

function describeUpstream({ upstream }: Explained): string {
  if (upstream === null) return 'Pod Security has no such check';
  const words = { Equal: 'the same result as', Stricter: 'refuses everything, and more, that is refused by' };
  return `${words[upstream.relation]} Pod Security restricted ${upstream.check}`;
}
