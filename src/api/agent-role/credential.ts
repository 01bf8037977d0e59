import { z } from 'zod';
import { dnsLabel } from '../shape/names.ts';
import { rules } from '../shape/rules.ts';

const attach = z
  .object({
    type: z
      .enum(['Bearer', 'Header', 'Basic', 'AWSSigV4', 'ClientCertificate'])
      .describe(
        'How the gateway adds the secret to a request, or `ClientCertificate`: to the TLS handshake before it.',
      ),
    header: z
      .string()
      .min(1)
      .max(64)
      .regex(/^[A-Za-z0-9-]+$/, 'must be letters, digits and "-"')
      .optional()
      .describe('Name of the header. Only with type `Header`.'),
    region: dnsLabel().optional().describe('Region to sign for. Only with type `AWSSigV4`.'),
    service: dnsLabel().optional().describe('Service to sign for. Only with type `AWSSigV4`.'),
  })
  .meta(
    rules(
      {
        rule: "(self.type == 'Header') == has(self.header)",
        message: 'must be set with type Header, and only with it',
        fieldPath: '.header',
      },
      {
        rule: "(self.type == 'AWSSigV4') == has(self.region) && (self.type == 'AWSSigV4') == has(self.service)",
        message: 'region and service must be set with type AWSSigV4, and only with it',
        fieldPath: '.type',
      },
    ),
  );

/** The name and shape of a credential; each tenant binds the name to a secret of its own. */
export const credential = z
  .object({
    name: dnsLabel().describe('Name that upstreams and tools of this role, and the tenants, know it by.'),
    attach: attach.optional().describe('For an upstream: how it is added to a request.'),
    databaseLogin: z
      .object({})
      .optional()
      .describe('For a tool with executor `SQL`: a login of its own for every sandbox.'),
  })
  .meta(
    rules({
      rule: 'has(self.attach) != has(self.databaseLogin)',
      message: 'must have exactly one of attach and databaseLogin',
    }),
  );
