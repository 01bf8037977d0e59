import { ACCESS } from '../../policy/admission/evaluate-access.ts';
import type { Check } from '../../policy/admission/check.ts';
import { CHECKS } from '../../policy/admission/checks/index.ts';
import type { Command } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { nearestName } from '../../lib/nearest-name.ts';
import { paint, type Terminal } from '../terminal.ts';

type Explained = Pick<Check, 'name' | 'summary' | 'rationale' | 'fields' | 'context' | 'upstream'>;

const ALL: readonly Explained[] = [...CHECKS, ACCESS];

/** `cloister explain`: what a check asks for and why; without a name, the list. */
export const explain: Command = {
  name: 'explain',
  register: (program, terminal, finish) =>
    void program
      .command('explain')
      .argument('[check]', 'name of a check, as refusals give it')
      .description('say what a check asks for, and why; without a name, list the checks')
      .addHelpText('after', '\nExamples:\n  cloister explain\n  cloister explain privileged\n')
      .action((name?: string) => finish(name === undefined ? list(terminal) : tell(name, terminal))),
};

function list(terminal: Terminal): ExitCode {
  const width = Math.max(...ALL.map(({ name }) => name.length)) + 2;
  for (const { name, summary } of ALL)
    terminal.out(`${paint(terminal, 'bold', name.padEnd(width))}${summary}\n`);
  return EXIT.clean;
}

function tell(name: string, terminal: Terminal): ExitCode {
  const check = ALL.find((one) => one.name === name);
  if (check === undefined) {
    const names = ALL.map((one) => one.name);
    const near = nearestName(name, names);
    const advice = near === null ? '"cloister explain" lists them' : `did you mean ${near}?`;
    terminal.error(`error: there is no check "${name}"; ${advice}\n`);
    return EXIT.unusable;
  }
  const rows = [
    ['asks', check.summary],
    ['why', check.rationale],
    ['reads', check.fields.join('\n            ')],
    ['needs', NEEDS[check.context]],
    ['held by', check.context === 'None' ? 'the webhook, and a policy inside the API server' : 'the webhook'],
    ['upstream', relation(check)],
    ['level', 'Pod: what is refused never runs'],
  ];
  terminal.out(`${paint(terminal, 'bold', check.name)}\n`);
  for (const [title = '', text = ''] of rows) terminal.out(`  ${title.padEnd(9)} ${text}\n`);
  return EXIT.clean;
}

const NEEDS: Readonly<Record<Explained['context'], string>> = {
  None: 'nothing but the pod',
  Role: 'the AgentRole that the pod names',
  Tenant: 'the AgentRole, and the TenantIsolation of the namespace',
};

function relation({ upstream }: Explained): string {
  if (upstream === null) return 'Pod Security has no such check';
  const words = { Equal: 'the same verdict as', Stricter: 'refuses all that is refused by, and more than,' };
  return `${words[upstream.relation]} Pod Security restricted ${upstream.check}`;
}
