import { type Command as Program, InvalidArgumentError, Option } from 'commander';
import type { RegisteredEpoch, VerifyReport } from '../../audit/verify/report.ts';
import { verifyFiles } from '../../audit/verify/verify-files.ts';
import { errorMessage } from '../../lib/error-message.ts';
import { singleLine } from '../../lib/single-line.ts';
import { printVerifyReport } from '../audit/print-report.ts';
import { readEpochs } from '../audit/read-epochs.ts';
import { runTail } from '../audit/run-tail.ts';
import { type Command, EXIT, type ExitCode, type Terminal } from '../command.ts';

interface VerifyFlags {
  readonly epochs?: string;
  readonly output: 'text' | 'json';
}

const VERIFY_EXAMPLES = `
Examples:
  cloister audit verify audit/                          every file of a folder
  cloister audit verify audit/ --epochs heads.yaml      also against what the operator registered
  kubectl get configmap cloister-audit-heads -n cloister-t-acme -o yaml > heads.yaml

Says for each epoch up to which record it is complete, and finds records that were changed, removed, moved or cut off, epochs
that are missing, and signatures of another key. Lists the calls that have an intent and no outcome: they run, or their gateway
ended before they did.

A file that is verified alone may follow on others, and of the registered epochs only those that it holds count. If it is not the
last file of its epoch, --epochs reports what is in the files after it as missing: verify the folder. Without --epochs, records that were cut off at the end of the last epoch,
and a chain that was written anew, cannot be found.

Exit code: 0 everything is proven, 1 something is wrong or not proven, 2 something could not be read.
`;

const TAIL_EXAMPLES = `
Examples:
  cloister audit tail audit/            the last 20 records
  cloister audit tail audit/ -n 100     the last 100
  cloister audit tail audit/ -o json    as they are written, one a line

Prints records without proving them: that is what verify does.

Exit code: 0 printed, 1 a line is no record, 2 something could not be read.
`;

/** `cloister audit`: proves and prints what gateways recorded. */
export const audit: Command = {
  name: 'audit',
  register: (program, terminal, finish) => {
    const group = program.command('audit').description('prove and print what gateways recorded');
    output(group.command('verify <path>'))
      .description('find what was changed, removed or cut off in a file or a folder of records')
      .option('--epochs <file>', 'the ConfigMap cloister-audit-heads, as kubectl prints it')
      .addHelpText('after', VERIFY_EXAMPLES)
      .action(async (path: string, flags: VerifyFlags) => finish(await runVerify(path, flags, terminal)));
    output(group.command('tail <path>'))
      .description('print the last records of a file or a folder')
      .option('-n, --lines <number>', 'how many', readCount, 20)
      .addHelpText('after', TAIL_EXAMPLES)
      .action(async (path: string, flags: Parameters<typeof runTail>[1]) =>
        finish(await runTail(path, flags, terminal)),
      );
  },
};

function output(command: Program): Program {
  return command.addOption(
    new Option('-o, --output <format>', 'output format').choices(['text', 'json']).default('text'),
  );
}

function readCount(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1 to 999999.');
}

async function runVerify(path: string, flags: VerifyFlags, terminal: Terminal): Promise<ExitCode> {
  let report: VerifyReport;
  try {
    const registered: readonly RegisteredEpoch[] | null =
      flags.epochs === undefined ? null : (await readEpochs(flags.epochs)).epochs;
    report = await verifyFiles(path, registered);
  } catch (error) {
    terminal.error(`error: ${singleLine(errorMessage(error))}\n`);
    return EXIT.unusable;
  }
  if (flags.output === 'json') terminal.out(`${JSON.stringify(report, null, 2)}\n`);
  else printVerifyReport(report, terminal);
  return report.problems.length > 0 ? EXIT.violations : EXIT.clean;
}
