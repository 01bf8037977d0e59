import { z } from 'zod';
import { conditions, type ConditionTable } from '../shape/conditions.ts';
import { dnsLabel, objectUID } from '../shape/names.ts';
import { time } from '../shape/times.ts';

/** What the status of a tenant can say. */
export const tenantConditions = {
  NamespacesEnrolled: {
    meaning: 'Every namespace of the tenant exists and carries its labels.',
    reasons: {
      Enrolled: 'All of them.',
      NamespaceMissing: 'A namespace does not exist yet. The message names it.',
      EnrolledElsewhere: 'A namespace belongs to another tenant. The message names both.',
      NamespaceReplaced: 'A namespace was deleted and made again. The message names it.',
      LabelRefused: 'The labels could not be written. The message says why.',
    },
  },
  PodsCompliant: {
    meaning: 'Every pod and workload from before enrolment meets the pod contract, as later ones must.',
    reasons: {
      Compliant: 'All of them.',
      ViolationsFound:
        'The message names pods and workloads that existed before enrolment and violate the contract.',
      NotJudged: 'They have not been looked at yet.',
    },
  },
  NetworkClosed: {
    meaning: 'The policies that close the namespaces in both directions are in place.',
    reasons: {
      Closed:
        'The policies of Cloister exist. Another policy may still open a sandbox: see its EgressClosed.',
      PolicyMissing: 'A policy is not in place. The message names its namespace.',
    },
  },
  QuotaApplied: {
    meaning: 'Every namespace of the tenant has its ResourceQuota.',
    reasons: {
      Applied: 'All of them. The message says what they allow in total.',
      NotCounted: 'Sandboxes are not counted yet. Other entries hold.',
      Exhausted: 'No sandbox can be created in a namespace. The message names it.',
      QuotaMissing: 'A ResourceQuota is not in place. The message names it.',
    },
  },
  GatewayReady: {
    meaning: "The tenant's gateway responds.",
    reasons: {
      Available: 'Enough replicas are ready.',
      Unavailable: 'No replica is ready. Agents reach nothing.',
      GatewayMoved: 'Its address was lost, and the pods are made again.',
      NameTaken: 'An object of somebody else has a name that the gateway needs. The message names it.',
      TargetsUnknown:
        'It is not known what the start gates must try, or which addresses the cluster has. The message says what could not be read.',
      NotConfigured: 'The operator was started without an image of the gateway.',
    },
  },
  CredentialsBound: {
    meaning:
      'Every credential of the allowed roles is bound to a secret of the shape that the role gives it.',
    reasons: {
      Bound:
        'All of them. Whether the secrets exist is not asked: see CredentialsReady of a sandbox, and cloister doctor.',
      NotBound:
        'The message names those that are not, with their roles. Calls that need them are denied; sandboxes of other roles work.',
    },
  },
  ServicesFound: {
    meaning: 'Every Service that the allowed roles name as an upstream is where a gateway may connect to.',
    reasons: {
      Found: 'All of them.',
      NotUsable:
        'The message names those that do not exist, have no endpoint that is ready, or are refused. Calls to upstreams there are denied.',
    },
  },
  DatabaseIsolated: {
    meaning: 'A login of the tenant was tried, and reached nothing of anybody else.',
    reasons: {
      Proven:
        'It was tried on rows of others, and reached none. The message says how many attacks were tried.',
      NothingToTry:
        'Nobody else has a row that could be tried. The structure was judged, and logins are issued.',
      Reached: 'It reached what it must not. The message names the attack. No logins are issued.',
      FindingsFound:
        'The structure does not isolate. The message names what, and the statement that mends it. No logins are issued.',
      PlanRefused:
        'What is declared would break or expose something. The message says what. Nothing was changed.',
      Conflict: 'Another tenant has declared the same. The message names it. No logins are issued.',
      Unreachable: 'The database could not be asked. The message says why.',
      AdminRefused:
        'The admin credential does not exist, cannot log in or may not do what it must. The message says which.',
      NotTried: 'Nothing was tried yet.',
    },
  },
  Ready: {
    meaning: 'Agents of the tenant can work.',
    reasons: {
      Ready: 'Everything above holds.',
      NotReady: 'Something above does not hold. The message names it.',
    },
  },
} as const satisfies ConditionTable;

const enrolled = z.object({
  name: dnsLabel().describe('Its name.'),
  uid: objectUID().optional().describe('Its UID when it was enrolled.'),
});

/** What the operator has done for a tenant. */
export const tenantStatus = z.object({
  observedGeneration: z.int().min(0).optional().describe('The generation that the status was written for.'),
  conditions: conditions(),
  namespaces: z
    .array(enrolled)
    .max(64)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] })
    .describe('Namespaces that are enrolled.'),
  gateway: z
    .object({
      clusterIPs: z
        .array(z.string().min(1).max(45))
        .max(2)
        .meta({ 'x-kubernetes-list-type': 'atomic' })
        .describe('Addresses of its Service.'),
    })
    .optional()
    .describe("The tenant's gateway."),
  database: z
    .object({
      roleName: z
        .string()
        .min(1)
        .max(63)
        .describe(
          'Role of PostgreSQL that the logins of the tenant are members of. It says nothing of the tenant.',
        ),
      provenTime: time().optional().describe('When the isolation was last tried without a finding.'),
      findings: z
        .array(
          z.object({
            name: z.string().min(1).max(63).describe('Name of the lint or of the attack.'),
            object: z.string().min(1).max(256).describe('What it was found on.'),
            statement: z.string().max(1024).optional().describe('SQL that mends it.'),
          }),
        )
        .max(64)
        .optional()
        .meta({ 'x-kubernetes-list-type': 'atomic' })
        .describe('What does not isolate, or what is worth to be mended. If not set: nothing was found.'),
    })
    .optional()
    .describe("The tenant's database. If not set: it has none."),
  shadow: z
    .object({ startTime: time().describe('When it began.') })
    .optional()
    .describe(
      'Rules that are only recorded. It is kept when the shadow is removed: one that is set again counts from the same start.',
    ),
});
