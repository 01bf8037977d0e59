import { REGISTRATION } from '../../api/names.ts';
import { findObject } from '../../kube/find-object.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { KubeResource } from '../../kube/kube-resource.ts';
import { resources } from '../../kube/resources.ts';
import { judgeAuthorities } from './judge-authorities.ts';
import { type Examination, failed, type Finding, passed, readOr, RESTORE } from './finding.ts';

type Registration = KubeObject & { readonly webhooks?: readonly RegisteredWebhook[] };

interface RegisteredWebhook {
  readonly name: string;
  readonly failurePolicy?: string;
  readonly clientConfig: { readonly caBundle?: string };
}

type FailurePolicy = 'Fail' | 'Ignore';

/** What must be registered: each webhook with what happens where it does not answer. */
const REGISTRATIONS: readonly {
  readonly resource: KubeResource;
  readonly name: string;
  readonly webhooks: Readonly<Record<string, FailurePolicy>>;
}[] = [
  {
    resource: resources.mutatingWebhookConfigurations,
    name: REGISTRATION.mutating,
    webhooks: { 'explain.cloister.dev': 'Ignore' },
  },
  {
    resource: resources.validatingWebhookConfigurations,
    name: REGISTRATION.validating,
    webhooks: {
      'decide.cloister.dev': 'Fail',
      'kinds.cloister.dev': 'Fail',
      'quarantines.cloister.dev': 'Ignore',
      'workloads.cloister.dev': 'Ignore',
    },
  },
];

/** The registrations of the webhook: what the API server asks, whom it trusts, and what it does without an answer. */
export const examineRegistrations: Examination = async (client, { now }) => {
  const findings = REGISTRATIONS.map(({ resource, name, webhooks }) => {
    const subject = `${resource.kind} ${name}`;
    return readOr(subject, async () => {
      const found = await findObject<Registration>(client, resource, { name });
      if (found === null) {
        return [failed(subject, `does not exist, so the webhook is not asked. ${RESTORE}`)];
      }
      const judged = Object.entries(webhooks).map(([webhook, policy]) =>
        judgeWebhook(
          `${subject}, webhook ${webhook}`,
          found.webhooks?.find((one) => one.name === webhook),
          policy,
        ),
      );
      const bundles = new Set(found.webhooks?.map(({ clientConfig }) => clientConfig.caBundle ?? ''));
      // One that is empty has been found already.
      const authorities = [...bundles]
        .filter((bundle) => bundle !== '')
        .map((bundle) => judgeAuthorities(`${subject}, certificate authority`, bundle, now()));
      return [...judged, ...authorities];
    });
  });
  return (await Promise.all(findings)).flat();
};

function judgeWebhook(
  subject: string,
  webhook: RegisteredWebhook | undefined,
  policy: FailurePolicy,
): Finding {
  if (webhook === undefined) return failed(subject, `is not registered. ${RESTORE}`);
  const { failurePolicy, clientConfig } = webhook;
  if (failurePolicy !== policy) {
    return failed(subject, `failurePolicy is ${failurePolicy}; must be ${policy}. ${RESTORE}`);
  }
  if ((clientConfig.caBundle ?? '') === '') {
    const cause = 'clientConfig.caBundle is empty, so the API server cannot trust the webhook';
    return failed(subject, `${cause}. A replica writes it when it starts: read the log of the webhook`);
  }
  return passed(subject, `is registered, with failurePolicy ${policy}`);
}
