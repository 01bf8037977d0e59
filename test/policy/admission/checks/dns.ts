import type { CheckFixtures } from './fixture.ts';

export const dnsFixtures: CheckFixtures = {
  check: 'dns',
  pass: [
    {
      name: 'empty search domains and options',
      tweak: ({ spec }) => {
        spec.dnsConfig = { nameservers: ['127.0.0.1'], searches: [], options: [] };
      },
    },
  ],
  fail: [
    {
      name: "the cluster's DNS by saying nothing",
      tweak: ({ spec }) => {
        delete spec.dnsPolicy;
        delete spec.dnsConfig;
      },
      fields: ['spec.dnsPolicy', 'spec.dnsConfig.nameservers'],
      found: ['not set', 'not set'],
    },
    {
      name: "the node's resolver",
      tweak: ({ spec }) => {
        spec.dnsPolicy = 'Default';
      },
      fields: ['spec.dnsPolicy'],
      found: ['"Default"'],
    },
    {
      name: 'a public resolver',
      tweak: ({ spec }) => {
        spec.dnsConfig = { nameservers: ['1.1.1.1'] };
      },
      fields: ['spec.dnsConfig.nameservers'],
      found: ['["1.1.1.1"]'],
    },
    {
      name: 'a second resolver',
      tweak: ({ spec }) => {
        spec.dnsConfig = { nameservers: ['127.0.0.1', '10.96.0.10'] };
      },
      fields: ['spec.dnsConfig.nameservers'],
    },
    {
      name: 'search domains and options',
      tweak: ({ spec }) => {
        spec.dnsConfig = {
          nameservers: ['127.0.0.1'],
          searches: ['evil.example'],
          options: [{ name: 'ndots', value: '5' }],
        };
      },
      fields: ['spec.dnsConfig.searches', 'spec.dnsConfig.options'],
    },
  ],
};
