import type { KubeResource } from './kube-resource.ts';
import type { PathTarget } from './resource-path.ts';

/** A request in words, for messages: `apply Pod acme/agent-1 status`. */
export function describeRequest(verb: string, resource: KubeResource, target: PathTarget): string {
  const { namespace, name, subresource } = target;
  const place = namespace === undefined ? '' : ` in ${namespace}`;
  const object = name === undefined ? place : ` ${namespace === undefined ? '' : `${namespace}/`}${name}`;
  return `${verb} ${resource.kind}${object}${subresource === undefined ? '' : ` ${subresource}`}`;
}
