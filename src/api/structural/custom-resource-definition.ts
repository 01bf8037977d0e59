import type { KindDefinition, PrinterColumn } from '../kind-definition.ts';
import { GROUP, VERSION } from '../names.ts';
import { kindSchema } from './kind-schema.ts';
import type { StructuralSchema } from './structural-schema.ts';

/** A CustomResourceDefinition as Cloister writes it. */
export interface CustomResourceDefinition {
  apiVersion: 'apiextensions.k8s.io/v1';
  kind: 'CustomResourceDefinition';
  metadata: { name: string; annotations: Readonly<Record<string, string>> };
  spec: {
    group: string;
    names: {
      kind: string;
      listKind: string;
      plural: string;
      singular: string;
      shortNames: string[];
      categories: string[];
    };
    scope: 'Cluster' | 'Namespaced';
    versions: {
      name: string;
      served: boolean;
      storage: boolean;
      additionalPrinterColumns: PrinterColumn[];
      schema: { openAPIV3Schema: StructuralSchema };
      subresources: { status: Record<string, never> };
    }[];
  };
}

/** Without it Helm deletes a kind with the release, and the API server every role, tenant and sandbox with the kind. */
const KEPT_BY_HELM = { 'helm.sh/resource-policy': 'keep' };

/** The CustomResourceDefinition of a kind. */
export const customResourceDefinition = (definition: KindDefinition): CustomResourceDefinition => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${definition.plural}.${GROUP}`, annotations: KEPT_BY_HELM },
  spec: {
    group: GROUP,
    names: {
      kind: definition.kind,
      listKind: `${definition.kind}List`,
      plural: definition.plural,
      singular: definition.singular,
      shortNames: [...definition.shortNames],
      categories: ['cloister'],
    },
    scope: definition.scope,
    versions: [
      {
        name: VERSION,
        served: true,
        storage: true,
        additionalPrinterColumns: [...definition.printerColumns],
        schema: { openAPIV3Schema: kindSchema(definition) },
        subresources: { status: {} },
      },
    ],
  },
});
