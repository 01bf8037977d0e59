import { expect, test } from 'vitest';
import { getCall, listCall, watchCall } from '../../src/kube/read-calls.ts';
import { resources } from '../../src/kube/resources.ts';

test('a watch asks for bookmarks, for an end in time, and for what follows its version', () => {
  const options = { namespace: 'acme', labelSelector: 'a=b', resourceVersion: '7', timeoutSeconds: 290 };
  expect(watchCall(resources.pods, options)).toEqual({
    request: 'watch Pod in acme',
    method: 'GET',
    path: '/api/v1/namespaces/acme/pods',
    query: {
      watch: true,
      allowWatchBookmarks: true,
      labelSelector: 'a=b',
      fieldSelector: undefined,
      resourceVersion: '7',
      timeoutSeconds: 290,
    },
    accept: undefined,
  });
});

test('metadata alone is asked for in the form of the request', () => {
  const selection = { metadataOnly: true };
  const watch = { ...selection, resourceVersion: '7', timeoutSeconds: 290 };
  expect(listCall(resources.nodes, selection, { limit: 500 }).accept).toBe(
    'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
  );
  expect(watchCall(resources.nodes, watch).accept).toBe(
    'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
  );
});

test('a list over all namespaces says only its kind', () => {
  const call = listCall(resources.pods, {}, { limit: 500, continue: 'next' });
  expect(call).toMatchObject({
    request: 'list Pod',
    path: '/api/v1/pods',
    query: { limit: 500, continue: 'next' },
  });
});

test('a get names its object', () => {
  expect(getCall(resources.agentRoles, { name: 'reader' })).toMatchObject({
    request: 'get AgentRole reader',
    path: '/apis/cloister.dev/v1alpha1/agentroles/reader',
  });
});
