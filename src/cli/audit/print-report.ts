import type { VerifyReport } from '../../audit/verify/report.ts';
import { singleLine } from '../../lib/single-line.ts';
import { paint, type Terminal } from '../command.ts';

/** Problems and open intents that are listed one by one. */
const MAX_LISTED = 50;

/** Prints what a verification found: for each epoch how far it is complete, then what is wrong, then what did not end. */
export function printVerifyReport(report: VerifyReport, terminal: Terminal): void {
  const { epochs, problems, openIntents } = report;
  const line = (text: string): void => terminal.out(`${text}\n`);
  for (const epoch of epochs) {
    const { replica, number, completeTo, tailBytes, isEnded, isRegistered, droppedRecords } = epoch;
    const complete =
      completeTo === null
        ? 'nothing is proven'
        : `complete up to ${completeTo.sequence} at ${completeTo.time}`;
    const notes = [
      tailBytes > 0 ? `${tailBytes} bytes behind it are not proven` : '',
      isEnded ? 'ended' : 'not ended',
      isRegistered === false ? 'not registered' : '',
      droppedRecords > 0 ? `${droppedRecords} records were not kept` : '',
    ].filter((note) => note !== '');
    line(singleLine(`${replica} epoch ${number}: ${complete} (${notes.join(', ')})`));
  }
  for (const { kind, file, line: at, message } of problems.slice(0, MAX_LISTED)) {
    const place = at === null ? file : `${file}:${at}`;
    line(`${paint(terminal, 'red', kind)} ${singleLine(`${place}: ${message}`)}`);
  }
  for (const { sequence, time, subject, operation, callUID } of openIntents.slice(0, MAX_LISTED)) {
    line(singleLine(`no outcome: ${time} ${subject} ${operation} (record ${sequence}, call ${callUID})`));
  }
  const more = Math.max(0, problems.length - MAX_LISTED) + Math.max(0, openIntents.length - MAX_LISTED);
  if (more > 0) line(`${more} more are in the JSON: -o json`);
  line(summary(report));
}

function summary({ files, records, problems, openIntents, epochs }: VerifyReport): string {
  const counts = `files: ${files}, epochs: ${epochs.length}, records: ${records}`;
  return `${counts}, problems: ${problems.length}, without an outcome: ${openIntents.length}`;
}
