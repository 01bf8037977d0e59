import { z } from 'zod';
import { conditions, type ConditionTable } from '../shape/conditions.ts';
import { dnsSubdomain, objectUID, ownerName } from '../shape/names.ts';
import { secretPath } from '../shape/paths.ts';
import { time } from '../shape/times.ts';

/** What the status of a sandbox can say. */
export const sandboxConditions = {
  RoleResolved: {
    meaning: 'The role is known, exists and is allowed to the tenant.',
    reasons: {
      Resolved: 'The role was found and is recorded in status.resolvedRole.',
      RoleNotFound: 'No AgentRole has this name. It may still be created.',
      RoleNotAllowed: 'The tenant does not allow this role.',
      NoDefaultRole: 'The sandbox names no role and the tenant has no default.',
      NotEnrolled: 'The namespace belongs to no tenant.',
    },
  },
  PodReady: {
    meaning: 'The pod runs and is ready.',
    reasons: {
      Running: 'The pod is ready.',
      PolicyOutdated:
        'The pod is ready, and was created before a change of the role or the sandbox. It is replaced when it is deleted.',
      Starting: 'The pod was created and is not ready yet.',
      Waiting: 'The pod cannot be created yet. The message says what it waits for.',
      Replaced: 'The pod is deleted and created again. The message says why.',
      GateFailed: 'The start gate failed. The pod is created again after a pause.',
      Restarting: 'The pod ended. It is created again after a pause.',
      Refused: 'Admission refused the pod. The message has its words.',
      Completed: 'The task has ended. Delete and create the sandbox to run it again.',
      Failed: 'The pod failed and is not started again. Delete and create the sandbox to run it again.',
      Stopped:
        'spec.state is, or was, Stopped. The task has ended for good: delete and create the sandbox to run it again.',
      LifetimeReached: 'The longest life of the sandbox is over.',
      Quarantined: 'A quarantine holds the sandbox. After its release a pod is created again.',
    },
  },
  CredentialsReady: {
    meaning: 'Every credential of the role is bound and can be issued.',
    reasons: {
      Ready: 'All are bound, and the identity of the sandbox in Vault, where it needs one, is as it must be.',
      Providing: 'The identity in Vault is being made. The message says what it waits for.',
      NotBound:
        'The tenant binds no secret to a name, or one of another shape. The message names it. Calls that need it are denied.',
      StoreUnreachable: 'Vault cannot be reached, or is sealed. What is cached lives to its end.',
      StoreRefused: 'Vault refuses what the operator asks of it. The message has its words.',
      LoginsWithheld:
        'The isolation of the tenant in its database is not proven, so that no login is issued. Other credentials are.',
      LoginsLeft:
        'Logins of a database could not be revoked, or are still there. It is tried until they are gone. The message says why.',
      Revoking: 'The identity in Vault is being taken away. status.removal has the steps.',
      Revoked: 'The sandbox has ended or is cut off, and has no identity in Vault.',
      NoneNeeded: 'The role has no credentials.',
    },
  },
  EgressClosed: {
    meaning: 'No policy lets the pod out but to its gateway.',
    reasons: {
      Closed: 'The start gate found everything closed that must be, and no network policy opens it now.',
      FoundOpen: 'The start gate reached what must be closed. The message names it.',
      GateFailed: 'The start gate could not find out. The message has its words.',
      OpenedBy: 'A network policy opens it. The message names it.',
      OtherPolicyEngine: 'A policy of another kind may open it, and cannot be judged. The message names it.',
      NotProven: 'The start gate has not reported, or the role has none.',
    },
  },
  Contained: {
    meaning: 'A quarantine holds the sandbox.',
    reasons: {
      Quarantined: 'It is cut off. The message names the quarantine.',
      Containing: 'Not every step is done.',
      NotContained: 'No quarantine names it.',
    },
  },
  Ready: {
    meaning: 'The agent can work.',
    reasons: {
      Ready: 'Everything above holds.',
      NotReady: 'Something above does not hold. The message names it.',
    },
  },
} as const satisfies ConditionTable;

const reference = <Name extends z.ZodType<string, string>>(name: Name) =>
  z.object({
    name: name.describe('Its name.'),
    uid: objectUID().optional().describe('Its UID.'),
  });

const step = z.object({
  name: z
    .string()
    .min(1)
    .max(63)
    .regex(/^[A-Z][A-Za-z0-9]*$/, 'must be one word that begins with a capital letter')
    .describe(
      'Name of the step: NetworkClosed, LoginClosed, EntityDisabled, LeasesRevoked, LoginsVerified, PodEnded or IdentityRemoved.',
    ),
  completedTime: time().optional().describe('When it was completed. If not set: it is not completed.'),
  message: z
    .string()
    .max(1024)
    .optional()
    .describe('Why it is not completed, or what could not be verified when it was.'),
});

const vaultIdentity = z.object({
  authMount: secretPath().describe('Mount of the Kubernetes login.'),
  namespace: secretPath().optional().describe('Namespace of Vault. If not set: the root.'),
  serviceAccountUID: objectUID().describe('UID of the ServiceAccount that Vault knows.'),
  databaseMounts: z
    .array(secretPath())
    .max(128)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .describe('Mounts of database engines that may hold logins of it.'),
  policyHash: z.string().max(128).optional().describe('Hash of the policy that was written last.'),
  podUID: objectUID().optional().describe('UID of the pod for which it can log in.'),
});

/** What the operator has done for a sandbox. */
export const sandboxStatus = z.object({
  observedGeneration: z.int().min(0).optional().describe('The generation that the status was written for.'),
  conditions: conditions(),
  resolvedRole: reference(ownerName())
    .optional()
    .describe('The role that applies to the sandbox for its whole lifetime.'),
  policyHash: z.string().max(128).optional().describe('Hash of the policy that the pod was rendered from.'),
  pod: reference(dnsSubdomain()).optional().describe('The pod that runs now.'),
  startTime: time().optional().describe('When the task began. Its lifetime counts from here.'),
  endTime: time().optional().describe('When the task ended.'),
  restarts: z
    .object({
      count: z.int().min(1).describe('How many pods in a row. The pause before the next grows with it.'),
      podUID: objectUID().describe('UID of the last of them.'),
      time: time().describe('When it was seen to have ended.'),
    })
    .optional()
    .describe('Pods that ended before the task did.'),
  vaultRole: z
    .string()
    .max(256)
    .optional()
    .describe(
      'Name of its policy and roles in Vault, set before the first of them is made and until the last is deleted.',
    ),
  vaultIdentity: vaultIdentity.optional().describe('What is known of its identity in Vault.'),
  removal: z
    .array(step)
    .max(32)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] })
    .describe('Progress of its end or its containment, step by step.'),
});
