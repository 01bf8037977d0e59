import { parseTexts, readTexts } from '../../../src/cli/input/read-manifests.ts';

// What every reader of a folder has to do, whatever it then decides: `node parse-manifests.ts FOLDER`.
let documents = 0;
for (const document of parseTexts(await readTexts(process.argv.slice(2), { stdin: process.stdin }))) {
  if ('error' in document) throw new Error(document.error);
  documents += 1;
}
process.stdout.write(`${documents} read\n`);
