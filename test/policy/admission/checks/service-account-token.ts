import type { WritablePod } from '../../../build/pod.ts';
import type { CheckFixtures } from './fixture.ts';

type Volumes = NonNullable<WritablePod['spec']['volumes']>;
type Sources = NonNullable<NonNullable<Volumes[number]['projected']>['sources']>;

function project({ spec }: WritablePod, ...sources: Sources): void {
  spec.volumes = [...(spec.volumes ?? []), { name: 'token', projected: { sources } }];
}

export const serviceAccountTokenFixtures: CheckFixtures = {
  check: 'service-account-token',
  pass: [
    {
      name: 'a projected token for the gateway',
      tweak: (pod) => {
        project(pod, { serviceAccountToken: { audience: 'cloister-gateway', path: 'token' } });
      },
    },
    {
      name: 'a projected bundle of public certificates',
      tweak: (pod) => {
        project(pod, { clusterTrustBundle: { name: 'example', path: 'bundle.crt' } });
      },
    },
    {
      name: 'the labels of the pod in a projected volume',
      tweak: (pod) => {
        project(pod, {
          downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] },
        });
      },
    },
  ],
  fail: [
    {
      name: 'a pod that leaves automounting to its ServiceAccount',
      tweak: ({ spec }) => {
        delete spec.automountServiceAccountToken;
      },
      fields: ['spec.automountServiceAccountToken'],
      found: ['not set'],
    },
    {
      name: 'a pod that asks for its token',
      tweak: ({ spec }) => {
        spec.automountServiceAccountToken = true;
      },
      fields: ['spec.automountServiceAccountToken'],
      found: ['true'],
    },
    {
      name: 'a projected token for the API server',
      tweak: (pod) => {
        project(pod, { serviceAccountToken: { path: 'token' } });
      },
      fields: ['spec.volumes[1].projected.sources[0].serviceAccountToken.audience'],
      found: ['not set'],
    },
    {
      name: 'a projected token for Vault beside one for the gateway',
      tweak: (pod) => {
        project(
          pod,
          { serviceAccountToken: { audience: 'cloister-gateway', path: 'gateway' } },
          { serviceAccountToken: { audience: 'vault', path: 'vault' } },
        );
      },
      fields: ['spec.volumes[1].projected.sources[1].serviceAccountToken.audience'],
      found: ['"vault"'],
    },
    {
      name: 'a projected token whose audience only starts like that of the gateway',
      tweak: (pod) => {
        project(pod, { serviceAccountToken: { audience: 'cloister-gateway.evil.example', path: 'token' } });
      },
      fields: ['spec.volumes[1].projected.sources[0].serviceAccountToken.audience'],
    },
    {
      name: 'a certificate for the pod',
      tweak: (pod) => {
        project(pod, {
          podCertificate: {
            signerName: 'example.com/agents',
            keyType: 'ED25519',
            credentialBundlePath: 'bundle.pem',
          },
        });
      },
      fields: ['spec.volumes[1].projected.sources[0].podCertificate'],
    },
  ],
};
