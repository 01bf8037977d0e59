import { GATEWAY, MANAGED_BY } from '../../api/names.ts';

/** An object as it must be, complete but for what the API server fills in. */
export interface RenderedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** On everything that Cloister makes: by it caches find the objects, and guards close those of tenants to others. */
export const MANAGED_LABELS: Readonly<Record<string, string>> = {
  [MANAGED_BY.label]: MANAGED_BY.value,
  'app.kubernetes.io/part-of': 'cloister',
};

/** Labels by which Service, policies and StatefulSet find the pods of a gateway. */
export const GATEWAY_SELECTOR: Readonly<Record<string, string>> = {
  'app.kubernetes.io/name': GATEWAY.name,
  'app.kubernetes.io/component': 'gateway',
};

/** The labels of the gateway's own objects. */
export const GATEWAY_LABELS: Readonly<Record<string, string>> = { ...MANAGED_LABELS, ...GATEWAY_SELECTOR };
