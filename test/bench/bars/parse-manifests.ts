import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';

// The other side of review_5000_ratio: parses the files of a folder and does nothing with them.

const [folder = ''] = process.argv.slice(2);
let documents = 0;
for (const file of readdirSync(folder)) documents += loadAll(readFileSync(join(folder, file), 'utf8')).length;
process.stdout.write(`${documents} read\n`);
