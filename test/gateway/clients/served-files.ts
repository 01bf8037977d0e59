import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PYTHON } from './missing-clients.ts';

/** The content of the page that every client is asked to read. */
export const GREETING = 'hello from outside';

/** Writes a page, a git repository, an index of Python packages and a registry of npm packages. Returns the folder. */
export function writeServedFiles(folder: string): string {
  const site = join(folder, 'site');
  mkdirSync(site);
  writeFileSync(join(site, 'greeting'), GREETING);
  writeRepository(site);
  writePythonIndex(site);
  writeRegistry(site);
  return site;
}

/** Served as files: the "dumb" protocol of git, which every server can speak. */
function writeRepository(site: string): void {
  const repository = join(site, 'sample.git');
  const work = join(site, '..', 'work');
  const git = (cwd: string, ...parameters: string[]): void => {
    const identity = ['-c', 'user.name=sample', '-c', 'user.email=sample@example.com'];
    execFileSync('git', [...identity, ...parameters], { cwd, stdio: 'ignore' });
  };
  mkdirSync(work);
  git(work, 'init', '--quiet', '--initial-branch=main');
  writeFileSync(join(work, 'README'), GREETING);
  git(work, 'add', 'README');
  git(work, 'commit', '--quiet', '--message=Add a sample');
  git(work, 'clone', '--quiet', '--bare', work, repository);
  git(repository, 'update-server-info');
}

/** The simple repository API (PEP 503) with one wheel (PEP 427). */
function writePythonIndex(site: string): void {
  const wheel = 'sample-1.0-py3-none-any.whl';
  const page = join(site, 'simple', 'sample');
  mkdirSync(page, { recursive: true });
  writeFileSync(join(page, 'index.html'), `<!DOCTYPE html><a href="../../${wheel}">${wheel}</a>`);
  const script = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
    wheel.writestr('sample.py', 'greeting = "${GREETING}"')
    wheel.writestr('sample-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: sample\\nVersion: 1.0\\n')
    wheel.writestr('sample-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nGenerator: sample\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr('sample-1.0.dist-info/RECORD', 'sample.py,,\\n')
`;
  execFileSync(PYTHON, ['-c', script, join(site, wheel)]);
}

/** A package as the registry of npm describes it. */
function writeRegistry(site: string): void {
  const source = join(site, '..', 'package');
  const tarball = 'sample-npm-1.0.0.tgz';
  const manifest = { name: 'sample-npm', version: '1.0.0', main: 'index.js' };
  mkdirSync(source);
  writeFileSync(join(source, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(source, 'index.js'), `module.exports = ${JSON.stringify(GREETING)};\n`);
  execFileSync('tar', ['-czf', join(site, tarball), '-C', join(site, '..'), 'package']);
  const dist = { tarball: `https://packages.example.com/${tarball}` };
  writeFileSync(
    join(site, 'sample-npm'),
    JSON.stringify({
      name: 'sample-npm',
      'dist-tags': { latest: '1.0.0' },
      versions: { '1.0.0': { ...manifest, dist } },
    }),
  );
}
