import { expect, test } from 'vitest';
import { findInstalled } from './installed-program.ts';
import { type Program, programs } from './programs.ts';

function program(name: string): Program {
  const found = programs.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no program ${name}`);
  return found;
}

function find(installed: Readonly<Record<string, string>>, kubebuilderAssets?: string) {
  return findInstalled(program('kube-apiserver'), {
    kubebuilderAssets,
    path: '/usr/local/bin:/usr/bin:/usr/bin',
    versionOutput: (file) => Promise.resolve(installed[file]),
  });
}

test('KUBEBUILDER_ASSETS comes before the PATH', async () => {
  const installed = {
    '/assets/kube-apiserver': 'Kubernetes v1.37.1',
    '/usr/bin/kube-apiserver': 'Kubernetes v1.37.2',
  };
  expect(await find(installed, '/assets')).toEqual({ file: '/assets/kube-apiserver', passedOver: [] });
});

test('the PATH is searched in its order', async () => {
  const installed = {
    '/usr/bin/kube-apiserver': 'Kubernetes v1.37.2',
    '/usr/local/bin/kube-apiserver': 'Kubernetes v1.37.0',
  };
  expect(await find(installed)).toEqual({ file: '/usr/local/bin/kube-apiserver', passedOver: [] });
});

test('a program of another version is passed over and named', async () => {
  const installed = {
    '/assets/kube-apiserver': 'Kubernetes v1.36.0',
    '/usr/bin/kube-apiserver': 'Kubernetes v1.37.2',
  };
  expect(await find(installed, '/assets')).toEqual({
    file: '/usr/bin/kube-apiserver',
    passedOver: ['/assets/kube-apiserver is passed over: it reports 1.36.0, the testbed needs 1.37.x'],
  });
});

test('a program that reports no version is passed over', async () => {
  expect(await find({ '/usr/bin/kube-apiserver': '' })).toEqual({
    file: undefined,
    passedOver: ['/usr/bin/kube-apiserver is passed over: it reports no version, the testbed needs 1.37.x'],
  });
});

test('nothing installed is not a complaint', async () => {
  expect(await find({})).toEqual({ file: undefined, passedOver: [] });
});
