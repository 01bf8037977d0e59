import type { Container, Handler } from './pod.ts';

/** Where a container says what the kubelet asks of it or runs in it, from the container's root. */
export const HANDLERS: readonly {
  readonly field: string;
  /** The same in CEL, behind `c.?`. */
  readonly inCel: string;
  readonly of: (container: Container) => Handler | undefined;
}[] = [
  ...(['livenessProbe', 'readinessProbe', 'startupProbe'] as const).map((probe) => ({
    field: probe,
    inCel: probe,
    of: (container: Container) => container[probe],
  })),
  ...(['postStart', 'preStop'] as const).map((hook) => ({
    field: `lifecycle.${hook}`,
    inCel: `lifecycle.?${hook}`,
    of: ({ lifecycle }: Container) => lifecycle?.[hook],
  })),
];
