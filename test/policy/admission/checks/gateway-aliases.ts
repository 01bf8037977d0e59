import { buildTenantPolicy } from '../../../build/review-context.ts';
import type { CheckFixtures } from './fixture.ts';

const GATEWAY = ['cloister-gateway'];
const tenantAt = (gatewayAddresses: readonly string[] | null) => ({
  tenant: buildTenantPolicy({ gatewayAddresses }),
});
const BOTH = tenantAt(['10.96.0.50', 'fd00::50']);

export const gatewayAliasesFixtures: CheckFixtures = {
  check: 'gateway-aliases',
  pass: [
    {
      name: 'an empty list where the tenant has no gateway',
      tweak: ({ spec }) => {
        spec.hostAliases = [];
      },
    },
    {
      name: 'every address of the gateway, in any order',
      tweak: ({ spec }) => {
        spec.hostAliases = [
          { ip: 'fd00::50', hostnames: GATEWAY },
          { ip: '10.96.0.50', hostnames: GATEWAY },
        ];
      },
      context: BOTH,
    },
    {
      name: 'any address of the gateway where the status of the tenant is not known',
      tweak: ({ spec }) => {
        spec.hostAliases = [{ ip: '10.96.0.51', hostnames: GATEWAY }];
      },
      context: tenantAt(null),
    },
  ],
  fail: [
    {
      name: 'an address where the tenant has no gateway',
      tweak: ({ spec }) => {
        spec.hostAliases = [{ ip: '10.96.0.50', hostnames: GATEWAY }];
      },
      fields: ['spec.hostAliases[0]'],
      found: ['{"ip":"10.96.0.50","hostnames":["cloister-gateway"]}'],
    },
    {
      name: 'another address by the name of the gateway, and one of its addresses missing',
      tweak: ({ spec }) => {
        spec.hostAliases = [
          { ip: '10.0.0.66', hostnames: GATEWAY },
          { ip: '10.96.0.50', hostnames: GATEWAY },
        ];
      },
      context: BOTH,
      fields: ['spec.hostAliases[0]', 'spec.hostAliases'],
    },
    {
      name: 'further names of the gateway, another host, and an address twice',
      tweak: ({ spec }) => {
        spec.hostAliases = [
          { ip: '10.96.0.50', hostnames: ['cloister-gateway', 'api.openai.com'] },
          { ip: '10.96.0.50', hostnames: GATEWAY },
          { ip: 'fd00::50', hostnames: GATEWAY },
          { ip: 'fd00::50', hostnames: GATEWAY },
          { ip: '10.0.0.66', hostnames: ['api.openai.com'] },
          { ip: '10.96.0.50' },
        ];
      },
      context: BOTH,
      fields: [0, 3, 4, 5].map((index) => `spec.hostAliases[${index}]`),
    },
    {
      name: 'no alias at all where the tenant has a gateway',
      tweak: () => {},
      context: BOTH,
      fields: ['spec.hostAliases'],
      found: ['not set'],
    },
    {
      name: 'another host where the status of the tenant is not known',
      tweak: ({ spec }) => {
        spec.hostAliases = [{ ip: '10.0.0.66', hostnames: ['api.openai.com'] }];
      },
      context: tenantAt(null),
      fields: ['spec.hostAliases[0]'],
    },
  ],
};
