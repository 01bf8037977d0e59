import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { KubeConfig } from '../../src/kube/kube-config.ts';

const MODULE = new URL('../../src/kube/kube-config.ts', import.meta.url).href;

/** Imports it in a process of its own, and lists the modules of client-node that were read for it. */
function modulesRead(): readonly string[] {
  const script = `
    import { registerHooks } from 'node:module';
    const read = [];
    registerHooks({ load: (url, context, next) => (read.push(url), next(url, context)) });
    await import(${JSON.stringify(MODULE)});
    console.log(JSON.stringify(read));`;
  const told = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  return (JSON.parse(told) as string[]).filter((url) => url.includes('/@kubernetes/client-node/'));
}

describe('KubeConfig', () => {
  it('is the one of client-node, and comes without the model of any API', () => {
    const read = modulesRead();

    expect(read.filter((url) => url.endsWith('/dist/config.js'))).toHaveLength(1);
    expect(read.filter((url) => /\/gen\/(models|apis|types)\//.test(url))).toEqual([]);
  });

  it('reads a kubeconfig, and is given what is left out of client-node where it asks for it', () => {
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      { name: 'test', server: 'https://127.0.0.1:1', skipTLSVerify: false },
      { name: 'tester' },
    );

    expect(config.getCurrentCluster()?.server).toBe('https://127.0.0.1:1');
    expect(config.makeApiClient(Object)).toBeInstanceOf(Object);
  });
});
