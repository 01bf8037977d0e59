import { expect, test } from 'vitest';
import { resources } from '../../src/kube/resources.ts';
import { applyCall, createCall, deleteCall, patchCall, replaceCall } from '../../src/kube/write-calls.ts';

const { pods, serviceAccounts, agentRoles } = resources;
const metadata = { namespace: 'acme', name: 'one' };

test('an apply has the fixed field manager, takes over fields and fills in the kind', () => {
  expect(applyCall(agentRoles, { metadata: { name: 'reader' } }, { subresource: 'status' })).toEqual({
    request: 'apply AgentRole reader status',
    method: 'PATCH',
    path: '/apis/cloister.dev/v1alpha1/agentroles/reader/status',
    query: { fieldManager: 'cloister', fieldValidation: 'Strict', dryRun: undefined, force: true },
    contentType: 'application/apply-patch+yaml',
    body: { apiVersion: 'cloister.dev/v1alpha1', kind: 'AgentRole', metadata: { name: 'reader' } },
  });
});

test('a create goes to the collection, and below the object for a subresource', () => {
  expect(createCall(pods, { metadata }, { dryRun: true })).toMatchObject({
    request: 'create Pod acme/one',
    path: '/api/v1/namespaces/acme/pods',
    query: { dryRun: 'All' },
    body: { apiVersion: 'v1', kind: 'Pod', metadata },
  });
  expect(createCall(serviceAccounts, { metadata }, { subresource: 'token' })).toMatchObject({
    request: 'create ServiceAccount acme/one token',
    path: '/api/v1/namespaces/acme/serviceaccounts/one/token',
    body: { metadata },
  });
});

test('a patch carries its guard beside the metadata it changes, whatever version that names', () => {
  const patch = { metadata: { labels: { a: 'b' }, resourceVersion: '1' }, data: {} };
  const call = patchCall(pods, { name: metadata, resourceVersion: '7', patch }, {});
  expect(call.body).toEqual({ metadata: { labels: { a: 'b' }, resourceVersion: '7' }, data: {} });
  expect(call.contentType).toBe('application/merge-patch+json');
});

test('a delete carries its preconditions', () => {
  expect(deleteCall(pods, metadata, { uid: 'u', gracePeriodSeconds: 0 }).body).toEqual({
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    preconditions: { uid: 'u', resourceVersion: undefined },
    propagationPolicy: 'Background',
    gracePeriodSeconds: 0,
    dryRun: undefined,
  });
});

test('what would overwrite unseen changes or has no name is refused before it is sent', () => {
  expect(() => replaceCall(pods, { metadata }, {})).toThrow('metadata.resourceVersion is missing');
  expect(() => applyCall(pods, { metadata: { namespace: 'acme' } }, {})).toThrow('without metadata.name');
});
