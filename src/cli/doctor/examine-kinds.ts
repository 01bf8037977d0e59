import { kinds } from '../../api/kinds.ts';
import { VERSION } from '../../api/names.ts';
import {
  type CustomResourceDefinition,
  customResourceDefinition,
} from '../../api/structural/custom-resource-definition.ts';
import { findObject } from '../../kube/find-object.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { isDeepEqualJson } from '../../lib/is-deep-equal-json.ts';
import { type Examination, failed, type Finding, passed, readOr } from './finding.ts';

type Found = Omit<CustomResourceDefinition, 'metadata'> & KubeObject & ConditionHolder;

interface ConditionHolder {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

const UPGRADE = 'Upgrade the chart, or use the cloister of the version that is installed';

/** The kinds: installed, served, and with the schemas that this program knows. */
export const examineKinds: Examination = async (client) => {
  const findings = kinds.map((definition) => {
    const wanted = customResourceDefinition(definition);
    const { name } = wanted.metadata;
    const subject = `CustomResourceDefinition ${name}`;
    return readOr(subject, async () => {
      const found = await findObject<Found>(client, resources.customResourceDefinitions, { name });
      return [judgeKind(subject, found, wanted)];
    });
  });
  return (await Promise.all(findings)).flat();
};

function judgeKind(subject: string, found: Found | null, wanted: CustomResourceDefinition): Finding {
  if (found === null) return failed(subject, 'is not installed. Install the chart');
  const isEstablished = found.status?.conditions?.some(
    ({ type, status }) => type === 'Established' && status === 'True',
  );
  if (isEstablished !== true) {
    return failed(
      subject,
      'status.conditions has no Established; the API server does not serve the kind. Read why in its status.conditions',
    );
  }
  const version = found.spec.versions.find(({ name }) => name === VERSION);
  if (version === undefined) return failed(subject, `spec.versions has no ${VERSION}. ${UPGRADE}`);
  if (!isDeepEqualJson(version.schema, asKept(wanted.spec.versions[0]?.schema))) {
    return failed(subject, `the schema of ${VERSION} is that of another version of Cloister. ${UPGRADE}`);
  }
  return passed(subject, `${VERSION} is served`);
}

/** A schema as the API server keeps it: without `properties` where there are none. */
function asKept(schema: unknown): unknown {
  const isEmpty = (name: string, value: unknown): boolean =>
    name === 'properties' && isDeepEqualJson(value, {});
  return JSON.parse(JSON.stringify(schema), (name, value: unknown) =>
    isEmpty(name, value) ? undefined : value,
  );
}
