import { GATEWAY } from '../../api/names.ts';
import { show } from '../../lib/show.ts';
import { isStartGate } from '../admission/checks/start-gate.ts';
import type { Violation } from '../decision.ts';
import type { EnvironmentVariable, Pod } from '../pod/pod.ts';
import { type ContainerView, createPodSubject, inContainer } from '../pod/pod-subject.ts';
import { PROXY_SECRET_REFERENCE } from '../upstreams/sdk-environment.ts';
import { PROXY_URL } from './wire-environment.ts';
import type { HardenContext } from './wire-pod.ts';

/**
 * Finds what cannot work in a hardened pod although the contract allows it: a proxy or a vendor that the pod does not reach, a
 * key that the gateway does not know, and a command that needs root in a container that no longer runs as root. `pod` is the
 * pod before it was changed.
 */
export function findObstacles(pod: Pod, prefix: string, context: HardenContext): readonly Violation[] {
  const views = createPodSubject(pod).containers.filter(
    ({ container, position }) => position !== 'EphemeralContainer' && !isStartGate(container, context),
  );
  return views.flatMap((view) => [
    ...findProxies(view, prefix),
    ...findVendors(view, prefix, context),
    ...findCommandsOfRoot(view, prefix, pod, context),
  ]);
}

const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'FTP_PROXY'];
const NO_PROXY = 'NO_PROXY';
const REACHED_DIRECTLY = ['localhost', '127.0.0.1', '::1', GATEWAY.name];

type Problem = Pick<Violation, 'found' | 'required' | 'fix'>;

function findProxies(view: ContainerView, prefix: string): readonly Violation[] {
  return findVariables(view, prefix, (variable) => {
    // Programs read these names in either case.
    const name = variable.name?.toUpperCase() ?? '';
    if (PROXIES.includes(name)) return evaluateProxy(variable);
    return name === NO_PROXY ? evaluateNoProxy(variable) : null;
  });
}

/** What the SDKs of the upstreams of the role are told otherwise. */
function findVendors(view: ContainerView, prefix: string, { role }: HardenContext): readonly Violation[] {
  const wanted = role.environments.flatMap(({ targets, settings }) => [
    ...targets,
    ...settings.filter(({ value }) => value === PROXY_SECRET_REFERENCE),
  ]);
  return findVariables(view, prefix, ({ name, value }) => {
    const own = wanted.find((one) => one.name === name);
    return own === undefined || own.value === value
      ? null
      : {
          ...ANOTHER_VENDOR,
          required: `must be "${own.value}", because the gateway adds the credential of role "${role.name}"`,
        };
  });
}

const ANOTHER_VENDOR = {
  // Not the value: it may be a credential.
  found: 'another value',
  fix: 'Remove the variable, and harden the pod again.',
};

function findVariables(
  view: ContainerView,
  prefix: string,
  evaluate: (variable: EnvironmentVariable) => Problem | null,
): readonly Violation[] {
  return (view.container.env ?? []).flatMap((variable, index) => {
    const problem = evaluate(variable);
    if (problem === null) return [];
    const { container, field } = inContainer(view, `env[${index}].value`);
    const item = `env "${variable.name ?? ''}"`;
    return [{ check: 'gateway', container, item, field: `${prefix}${field}`, ...problem }];
  });
}

function evaluateProxy({ value, valueFrom }: EnvironmentVariable): Problem | null {
  if (value === PROXY_URL || (!value && !valueFrom)) return null;
  return {
    // Not the value: the URL of a proxy may have a password in it.
    found: 'another proxy',
    required: `must be that of ${GATEWAY.name}, because the pod reaches nothing else`,
    fix: 'Remove the variable, and harden the pod again.',
  };
}

function evaluateNoProxy({ value, valueFrom }: EnvironmentVariable): Problem | null {
  const hosts = (value ?? '').split(/[\s,]+/).filter((host) => host !== '');
  const others = hosts.filter((host) => !REACHED_DIRECTLY.includes(host));
  if (others.length === 0 && !valueFrom && hosts.includes(GATEWAY.name)) return null;
  return {
    found: valueFrom ? 'set from elsewhere' : show(value),
    required: `must be "${REACHED_DIRECTLY.join(',')}" or less, with ${GATEWAY.name}, because the pod reaches no other host directly`,
    fix: 'Remove the other hosts: what the role allows of them is reached through the gateway.',
  };
}

/** Programs that need root for what they usually do. */
const OF_ROOT =
  /(?:^|[\s;&|(/"'`])(chown|chgrp|chmod|mount|umount|apt|apt-get|apk|yum|dnf|microdnf|useradd|adduser|usermod|groupadd|addgroup|setcap|iptables|ip6tables|nft|sysctl|modprobe|mknod|chroot|su|sudo|swapoff)(?=$|[\s;&|)"'`])/;

function findCommandsOfRoot(
  view: ContainerView,
  prefix: string,
  pod: Pod,
  { role }: HardenContext,
): readonly Violation[] {
  const { container } = view;
  const user = container.securityContext?.runAsUser ?? pod.spec?.securityContext?.runAsUser ?? null;
  // A command that ran as another user already works without root.
  if (user !== null && user !== 0) return [];
  return (['command', 'args'] as const).flatMap((list) => {
    const program = OF_ROOT.exec((container[list] ?? []).join(' '))?.[1];
    // Whether the image runs as root is not known, and everyone may change the mode of a file of their own.
    if (program === undefined || (user === null && program === 'chmod')) return [];
    const as = role.runAsUser === null ? 'a user other than root' : `user ${role.runAsUser}`;
    const { field, container: name } = inContainer(view, list);
    return [
      {
        check: 'run-as-user',
        container: name,
        field: `${prefix}${field}`,
        found: `a command with ${show(program)}`,
        required: `must work as ${as}, because no container runs as root`,
        fix: 'Prepare the image instead, or set spec.securityContext.fsGroup for the files of volumes.',
      },
    ];
  });
}
