/**
 * What an agent in Node.js does: HTTP, workers, files, watching, and other processes. Prints one line a step, "STEP ok" or
 * "STEP ERROR-CODE".
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, symlink, watch, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createSecureContext } from 'node:tls';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';

async function http() {
  const server = createServer((request, response) => response.end('hello')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answer = await fetch(`http://127.0.0.1:${server.address().port}/`);
  if ((await answer.text()) !== 'hello') throw new Error('another answer');
  server.closeAllConnections();
  server.close();
}

async function workers() {
  const worker = new Worker("require('node:worker_threads').parentPort.postMessage(7)", { eval: true });
  const [seven] = await once(worker, 'message');
  await worker.terminate();
  if (seven !== 7) throw new Error('another message');
}

async function files() {
  const folder = await mkdtemp('/tmp/agent-');
  const changes = watch(folder)[Symbol.asyncIterator]();
  const changed = changes.next();
  await writeFile(`${folder}/one`, 'content');
  await changed;
  await changes.return();
  await copyFile(`${folder}/one`, `${folder}/two`);
  await symlink(`${folder}/two`, `${folder}/three`);
  if ((await readFile(`${folder}/three`, 'utf8')) !== 'content') throw new Error('another content');
  await rm(folder, { recursive: true });
}

const STEPS = {
  http,
  workers,
  files,
  tls: () => createSecureContext(),
  process: () => promisify(execFile)('/usr/bin/true'),
};

for (const [name, step] of Object.entries(STEPS)) {
  try {
    await step();
    process.stdout.write(`${name} ok\n`);
  } catch (error) {
    process.stdout.write(`${name} ${error.code ?? error.message}\n`);
  }
}
