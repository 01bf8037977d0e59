import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IMAGE_CONFIGS, type ImageName } from '../../scripts/image/build-images.ts';
import { GATE_LIMITS } from '../../src/gate/run-gate.ts';
import { missingForNamespaces, runScenario } from '../gate/node-and-pod.ts';
import { canRun } from '../testbed/can-run.ts';
import {
  buildInto,
  inRootfs,
  missingForImages,
  run,
  type UnpackedImage,
  unpackImage,
} from './unpacked-image.ts';

const NAMES: readonly ImageName[] = ['cloister', 'start-gate'];
const USER = '65532:65532';
const BUILD_TIMEOUT = 900_000;

/** Prints what the running user could write below `/`, and what is neither a file nor a folder. */
const FIND_WRITABLE = `
  const fs = require('node:fs');
  const walk = (path) => {
    try { fs.accessSync(path, fs.constants.W_OK); console.log('writable', path); } catch {}
    const stat = fs.lstatSync(path);
    if (stat.mode & 0o7000) console.log('special mode', path);
    if (stat.isDirectory()) for (const name of fs.readdirSync(path)) walk((path === '/' ? '' : path) + '/' + name);
    else if (!stat.isFile()) console.log('not a file', path);
  };
  walk('/');
`;

/** Imports every module but the programs, which would start. */
const IMPORT_ALL = `
  import { globSync } from 'node:fs';
  const files = globSync('/cloister/dist/**/*.js', { exclude: ['/cloister/dist/bin/**'] });
  for (const file of files) await import(file);
  console.log(files.length > 100 ? 'imported' : files.length);
  process.exit(0);
`;

describe.runIf(canRun('the tests of the images', missingForImages()))('npm run image', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cloister-image-test-'));
  const first = join(folder, 'first');
  const second = join(folder, 'second');
  const images = new Map<ImageName, UnpackedImage>();
  let printed = '';

  beforeAll(async () => {
    const builds = await Promise.all([buildInto(first), buildInto(second, '077', ['--print-digests'])]);
    [, printed] = builds;
    for (const name of NAMES) images.set(name, unpackImage(join(first, `${name}.tar`), join(folder, name)));
  }, BUILD_TIMEOUT);
  afterAll(() => rmSync(folder, { recursive: true, force: true }), BUILD_TIMEOUT);

  const image = (name: ImageName): UnpackedImage => images.get(name) as UnpackedImage;
  const inImage = (name: ImageName, ...args: readonly string[]): string =>
    run('env', inRootfs(image(name).rootfs, ['/usr/bin/node', ...args])).trim();

  test('two builds are the same bytes, whatever the umask', () => {
    const files = readdirSync(first).filter((name) => !name.startsWith('rootfs-'));
    expect(files.toSorted()).toEqual([
      'cloister.licences.txt',
      'cloister.spdx.json',
      'cloister.tar',
      'digests.json',
      'start-gate.licences.txt',
      'start-gate.spdx.json',
      'start-gate.tar',
    ]);
    const different = files.filter(
      (file) => !readFileSync(join(first, file)).equals(readFileSync(join(second, file))),
    );
    expect(different).toEqual([]);
  });

  test('--print-digests prints the digest of each manifest, which digests.json has as well', () => {
    const digests = NAMES.map((name) => [name, image(name).manifestDigest] as const);
    expect(printed).toBe(digests.map(([name, digest]) => `${name} ${digest}\n`).join(''));
    expect(JSON.parse(readFileSync(join(first, 'digests.json'), 'utf8'))).toEqual(
      Object.fromEntries(digests),
    );
  });

  test.for(NAMES)('%s has only files and folders of root that nobody else can write', (name) => {
    const allowed = /^(-rw-r--r--|-rwxr-xr-x|drwxr-xr-x) 0\/0 +\d+ 1970-01-01 00:00 \S/;
    expect(image(name).entries.filter((line) => !allowed.test(line))).toEqual([]);
    expect(inImage(name, '-e', FIND_WRITABLE)).toBe('');
  });

  test.for(NAMES)('%s has no shell and no program but node', (name) => {
    const executables = image(name).entries.filter((line) => line.startsWith('-rwx'));
    expect(executables.map((line) => line.split(' ').at(-1))).toEqual([
      'lib64/ld-linux-x86-64.so.2',
      'usr/bin/node',
    ]);
  });

  test.for(NAMES)('%s runs as the user 65532', (name) => {
    expect(image(name).config).toEqual(IMAGE_CONFIGS[name]);
    expect(image(name).config['User']).toBe(USER);
    expect(inImage(name, '--version')).toBe('v24.21.0');
  });

  test('the start gate runs in its image', () => {
    const [, program = ''] = IMAGE_CONFIGS['start-gate'].Entrypoint;
    expect(inImage('start-gate', program, '--help')).toContain('Usage: start-gate');
  });

  test.runIf(canRun('the test of the start gate in its image', missingForNamespaces()))(
    'the start gate passes in its image, in a pod that is closed',
    { timeout: 120_000 },
    async () => {
      const { rootfs } = unpackImage(join(first, 'start-gate.tar'), join(folder, 'pod'));
      const { code, stdout, message } = await runScenario({ rootfs, limits: GATE_LIMITS });
      expect(stdout).toMatch(
        /^start gate passed: 12 targets closed, gateway reached \(\d+ rounds?, \d+ ms\)\n$/,
      );
      expect(message).toMatchObject({ passed: true, closed: 12, canary: true });
      expect(code).toBe(0);
    },
  );

  test('the command line program runs in its image', () => {
    const [, program = ''] = IMAGE_CONFIGS.cloister.Entrypoint;
    expect(inImage('cloister', program, 'version')).toContain('0.1.0');
  });

  test('the programs are in the image', () => {
    const list = "console.log(require('node:fs').readdirSync('/cloister/dist/bin').join(' '))";
    expect(inImage('cloister', '-e', list)).toBe(
      'cloister.js gateway.js operator.js or-exit.js seccomp-installer.js webhook.js',
    );
  });

  test('every module of the programs finds what it imports', () => {
    expect(inImage('cloister', '--input-type=module', '-e', IMPORT_ALL)).toBe('imported');
  });

  test.for(NAMES)('the bill of materials of %s lists what is in it, each once', (name) => {
    const { packages, relationships } = readBill(join(first, `${name}.spdx.json`));
    const listed = packages.map((entry) => `${entry.name}@${entry.versionInfo}`);
    const staged = name === 'cloister' ? stagedPackages(join(image(name).rootfs, 'cloister')) : [];
    const system = [
      'node@24.21.0',
      'libc6@2.36-9+deb12u14',
      'libgcc-s1@12.2.0-14+deb12u1',
      'libstdc++6@12.2.0-14+deb12u1',
      'gcc-12-base@12.2.0-14+deb12u1',
      'base-files@12.4+deb12u11',
    ];
    expect(listed.toSorted()).toEqual([`${name}@0.1.0`, ...system, ...new Set(staged)].toSorted());
    const ids = packages.map(({ SPDXID }) => SPDXID);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^SPDXRef-[A-Za-z0-9.-]+$/.test(id))).toEqual([]);
    expect(relationships.map(({ relatedSpdxElement }) => relatedSpdxElement)).toEqual(ids);
    const npm = packages.filter((entry) => staged.includes(`${entry.name}@${entry.versionInfo}`));
    expect(npm.filter(({ checksums }) => checksums?.[0]?.algorithm !== 'SHA512')).toEqual([]);
  });

  test('the licences are those of what is in the images', () => {
    const text = readFileSync(join(first, 'cloister.licences.txt'), 'utf8');
    for (const title of ['cloister 0.1.0 (Apache-2.0)', 'node 24.21.0 (MIT)', 'express 5.3.0 (MIT)']) {
      expect(text.includes(`\n${title}\n`), title).toBe(true);
    }
    expect(text.includes('GNU LESSER GENERAL PUBLIC LICENSE\n                       Version 2.1')).toBe(true);
    expect(text.includes('GNU GENERAL PUBLIC LICENSE\n                       Version 3')).toBe(true);
    const gate = readFileSync(join(first, 'start-gate.licences.txt'), 'utf8');
    expect(gate.includes('\nexpress 5.3.0')).toBe(false);
  });
});

interface SpdxDocument {
  readonly packages: readonly {
    readonly SPDXID: string;
    readonly name: string;
    readonly versionInfo: string;
    readonly checksums?: readonly { readonly algorithm: string }[];
  }[];
  readonly relationships: readonly { readonly relatedSpdxElement: string }[];
}

function readBill(path: string): SpdxDocument {
  return JSON.parse(readFileSync(path, 'utf8')) as SpdxDocument;
}

/** Every package.json that Node would read as that of an installed package. */
function stagedPackages(folder: string): readonly string[] {
  const files = globSync('**/node_modules/{*,@*/*}/package.json', { cwd: folder });
  return files.map((file) => {
    const { name, version } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, string>;
    return `${name}@${version}`;
  });
}
