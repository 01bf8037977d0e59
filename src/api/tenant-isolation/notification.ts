import { z } from 'zod';
import { baseURL } from '../shape/hosts.ts';
import { secretReference } from '../shape/secret-reference.ts';

const webhook = z.object({
  url: baseURL().describe('Where the message is sent.'),
  secret: secretReference().describe('Key that the message is signed with.'),
});

/** Whoever is told of a question. The message is a link: deciding stays with RBAC. */
export const notification = z.object({
  webhook: webhook.describe('A request with a signed link.'),
});
