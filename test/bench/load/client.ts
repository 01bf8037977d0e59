import { runClosedLoop } from './closed-loop.ts';
import type { LoadCommand, LoadResult } from './load-command.ts';
import { runOpenLoop } from './open-loop.ts';
import { runPairedLoop } from './paired-loop.ts';
import { Sender } from './sender.ts';

// The client of the benches, a process of its own: it is told what to send over the channel to its parent.

const senders = new Map<string, Sender>();

process.on('message', (command: LoadCommand) => {
  void answer(command).then((result) => process.send?.(result));
});
process.once('disconnect', () => process.exit());

async function answer(command: LoadCommand): Promise<LoadResult> {
  try {
    return await obey(command);
  } catch (error) {
    return { type: 'Failed', message: String(error) };
  }
}

async function obey(command: LoadCommand): Promise<LoadResult> {
  if (command.type === 'Open') {
    senders.set(command.name, await Sender.open(command.target, command.connections));
    return { type: 'Done' };
  }
  if (command.type === 'PairedLoop') {
    const [first, second] = command.names;
    return { type: 'Pairs', pairs: await runPairedLoop(find(first), find(second), command.count) };
  }
  const sender = find(command.name);
  if (command.type === 'ClosedLoop') {
    return { type: 'Milliseconds', milliseconds: await runClosedLoop(sender, command.count) };
  }
  if (command.type === 'OpenLoop') {
    return { type: 'Latencies', latencies: await runOpenLoop(sender, command.count, command.perSecond) };
  }
  sender.close();
  senders.delete(command.name);
  return { type: 'Done' };
}

function find(name: string): Sender {
  const sender = senders.get(name);
  if (sender === undefined) throw new Error(`no target ${name} is open`);
  return sender;
}
