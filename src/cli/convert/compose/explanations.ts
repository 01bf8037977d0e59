import { TEMPORARY } from '../../../policy/pod/pod-volumes.ts';
import type { SourceFormat } from '../account.ts';
import {
  always,
  cannotBeKept,
  changedInForm,
  type Explanations,
  ofSwitch,
  takenOver,
  tightened,
  type Verdict,
} from '../verdict.ts';
import { type ComposeFile, composeSchema } from './compose-file.ts';
import { isScratchPath, quantityOf, readScratch } from './sizes.ts';

const READ_ONLY_ROOT = 'The pod contract requires readOnlyRootFilesystem of every container.';
const SECRETS =
  'No secret is mounted. The tenant binds the names of credentials to secrets in Vault, and the gateway uses them for the agent.';

const service: Explanations<ComposeFile> = {
  image: always(
    tightened(
      'The AgentSandbox names the image by its digest, and each role the repositories that may run (--image).',
    ),
  ),
  'security_opt[]': (value) =>
    String(value).startsWith('seccomp:')
      ? changedInForm(
          'seccompProfile RuntimeDefault. A file of the agent is not used: under the list of 34 calls of the chapter no program starts.',
        )
      : takenOver('The pod contract requires allowPrivilegeEscalation: false of every container.'),
  read_only: ofSwitch(takenOver(READ_ONLY_ROOT), tightened(READ_ONLY_ROOT)),
  'tmpfs[]': (value) => explainScratch(String(value)),
  user: (value) =>
    takenOver(`runAsUser ${String(value).split(':')[0]} of each role. Its group has the same number.`),
  'cap_drop[]': (value) =>
    value === 'ALL'
      ? takenOver('The pod contract requires that all capabilities are dropped.')
      : tightened('The pod contract requires that all capabilities are dropped, and not this one alone.'),
  'deploy.resources.limits.memory': (value) =>
    changedInForm(
      `limits.memory of each role is at most ${quantityOf(String(value))}: letters of Docker are powers of 1024.`,
    ),
  'deploy.resources.limits.cpus': (value) => takenOver(`limits.cpu of each role is at most ${value}.`),
  'networks[]': always(
    changedInForm(
      'A NetworkPolicy closes each pod to all but the gateway of its tenant. Pods share no other network.',
    ),
  ),
  'volumes[].type': (value) =>
    value === 'bind'
      ? tightened(
          'No folder of a node is mounted. An AgentSandbox names a PersistentVolumeClaim or a ConfigMap.',
        )
      : changedInForm('An AgentSandbox names a PersistentVolumeClaim.'),
  'volumes[].source': always(
    cannotBeKept('A role holds no place of data. An AgentSandbox names the volume in spec.volumes.'),
  ),
  'volumes[].target': (value) =>
    changedInForm(
      `"${value}" in paths of read_file of the default role, if the configuration does not define that role.`,
    ),
  'volumes[].read_only': ofSwitch(
    takenOver('The role reads the path, so that its mounts are read-only.'),
    tightened('The role only reads the path. Give a role write_file for one that agents write.'),
  ),
  'secrets[]': always(tightened(SECRETS)),
};

function explainScratch(mount: string): Verdict {
  const { path, bytes, options } = readScratch(mount);
  const lost =
    options.length === 0
      ? ''
      : ` Kubernetes has no field for ${options.join(' and ')}: the seccomp profile, privileges that are never gained and the closed network hold instead.`;
  if (!isScratchPath(path)) return cannotBeKept(`A pod has scratch space at /tmp and /var/run alone.${lost}`);
  const size =
    path === TEMPORARY
      ? bytes === null
        ? 'the default of 100Mi'
        : quantityOf(mount.replace(/^.*size=(\w+).*$/, '$1'))
      : '10Mi';
  const kept = `${path} of each pod has ${size}.`;
  return options.length === 0 ? takenOver(kept) : cannotBeKept(`${kept}${lost}`);
}

const networks: Explanations<ComposeFile> = {
  driver: always(changedInForm('The network of the cluster.')),
  internal: ofSwitch(
    takenOver('A NetworkPolicy closes each pod. What it may reach goes through the gateway of its tenant.'),
    tightened('A NetworkPolicy closes each pod. What it may reach goes through the gateway of its tenant.'),
  ),
};

const below = (place: string, explanations: Explanations<ComposeFile>): Explanations<ComposeFile> =>
  Object.fromEntries(Object.entries(explanations).map(([name, explain]) => [`${place}.${name}`, explain]));

/** The chapter's file for Docker Compose, with what becomes of its values. */
export const COMPOSE: SourceFormat<ComposeFile> = {
  schema: composeSchema,
  explanations: {
    version: always(changedInForm('The objects have an apiVersion.')),
    ...below('services.*', service),
    ...below('networks.*', networks),
    'secrets.*.external': always(tightened(SECRETS)),
  },
};
