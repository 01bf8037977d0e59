import { Agent, request } from 'undici';
import { kinds } from '../../src/api/kinds.ts';
import { API_VERSION } from '../../src/api/names.ts';
import type { ControlPlane } from '../testbed/connect-control-plane.ts';

/** What the API server answered: 2xx and nothing more to say, or why not. */
export interface Written {
  status: number;
  message: string;
}

interface Target {
  metadata: { name: string; namespace?: string; resourceVersion?: string };
  kind: string;
}

/** Writes objects of Cloister's kinds strictly and as a dry run, one request each, which is far quicker than kubectl. */
export const createObjectWriter = ({ connection }: ControlPlane) => {
  const dispatcher = new Agent({ connect: { ca: connection.certificateAuthority } });
  const headers = {
    authorization: `Bearer ${connection.tokens['admin']}`,
    'content-type': 'application/json',
  };

  const pathOf = ({ kind, metadata }: Target): string => {
    const definition = kinds.find((candidate) => candidate.kind === kind);
    const scope = definition?.scope === 'Namespaced' ? `namespaces/${metadata.namespace}/` : '';
    return `${connection.url}/apis/${API_VERSION}/${scope}${definition?.plural}`;
  };

  const send = async (method: 'POST' | 'PUT', url: string, object: object): Promise<Written> => {
    const query = 'dryRun=All&fieldValidation=Strict';
    const answer = await request(`${url}?${query}`, {
      method,
      headers,
      dispatcher,
      body: JSON.stringify(object),
    });
    const { message = '' } = (await answer.body.json()) as { message?: string };
    return { status: answer.statusCode, message };
  };

  return {
    create: async (object: object): Promise<Written> => send('POST', pathOf(object as Target), object),
    replace: async (object: object): Promise<Written> => {
      const { metadata, ...rest } = object as Target;
      const url = `${pathOf(object as Target)}/${metadata.name}`;
      const { body } = await request(url, { headers, dispatcher });
      const { metadata: stored } = (await body.json()) as Target;
      return send('PUT', url, {
        ...rest,
        metadata: { ...metadata, resourceVersion: stored.resourceVersion },
      });
    },
    close: async (): Promise<void> => dispatcher.close(),
  };
};
