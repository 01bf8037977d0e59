import { GROUP } from '../api/names.ts';
import { isRecord } from '../lib/is-record.ts';
import { isRequestProblem, type RequestProblem } from '../serve/problem.ts';
import { ADMISSION_REVIEW_VERSION, type AdmissionRequest } from './admission-review.ts';
import { holdsMoreValues } from './holds-more-values.ts';
import { withoutManagedFields } from './without-managed-fields.ts';

const OPERATIONS: ReadonlySet<unknown> = new Set(['CREATE', 'UPDATE', 'DELETE', 'CONNECT']);
const MAX_UID_CHARACTERS = 128;
/**
 * Longer than any name that Kubernetes admits (253), with the scheme and port of a proxy. Names are logged, and the
 * mutating phase comes before the validation of a name.
 */
const MAX_NAME_CHARACTERS = 1_024;

/**
 * Far more than any pod or workload needs, and few enough that parsing and reviewing them does not fill the memory: before
 * a pod is validated its author can send a million of anything. The object before an update is counted by itself, so that
 * what was admitted can be updated.
 */
const MAX_VALUES = 100_000;
/** `request.object` and `request.oldObject` are members of the object at this depth. */
const OBJECT_DEPTH = 2;
/** What the schema of an AgentRole admits, twice, for an update. The object was validated before the review. */
const MAX_VALUES_OF_OWN_KIND = 500_000;

/** Decodes an AdmissionReview. Returns a problem that names the wrong field where the body is anything else. */
export function decodeReview(body: Buffer): AdmissionRequest | RequestProblem {
  if (body.length === 0) return malformed('the body is empty; it must be an AdmissionReview');
  const text = withoutManagedFields(body);
  const request = readRequest(text);
  if (isRequestProblem(request)) return request;
  // The arguments of a tool are free-form, so a list called managedFields in them must be reviewed.
  if (request.kind.group === GROUP) return readRequest(body.toString('utf8'));
  return holdsMoreValues(text, MAX_VALUES, OBJECT_DEPTH) ? tooManyValues('object', MAX_VALUES) : request;
}

function readRequest(text: string): AdmissionRequest | RequestProblem {
  if (holdsMoreValues(text, MAX_VALUES_OF_OWN_KIND)) return tooManyValues('review', MAX_VALUES_OF_OWN_KIND);
  let review: unknown;
  try {
    review = JSON.parse(text);
  } catch (error) {
    return malformed(
      `the body is not JSON: ${error instanceof Error ? firstLine(error.message) : 'unreadable'}`,
    );
  }
  if (!isRecord(review)) return malformed('the body is not a JSON object');
  if (review['kind'] !== 'AdmissionReview') {
    return malformed(`kind is ${show(review['kind'])}; it must be "AdmissionReview"`);
  }
  if (review['apiVersion'] !== ADMISSION_REVIEW_VERSION) {
    return malformed(`apiVersion is ${show(review['apiVersion'])}; it must be "${ADMISSION_REVIEW_VERSION}"`);
  }
  const request = review['request'];
  if (!isRecord(request)) return malformed('request is not set');
  const wrong = findWrongField(request);
  return wrong === null ? knownFields(request as unknown as AdmissionRequest) : malformed(wrong);
}

/** Returns a request without other members, so that it is not mistaken for a problem, whose members are `status` and `text`. */
function knownFields(request: AdmissionRequest): AdmissionRequest {
  const { uid, kind, resource, subResource, name, namespace, operation, userInfo, object, oldObject } =
    request;
  return { uid, kind, resource, subResource, name, namespace, operation, userInfo, object, oldObject };
}

function tooManyValues(what: 'object' | 'review', maxValues: number): RequestProblem {
  const text = `the ${what} has more than ${maxValues} values; make the object smaller`;
  return { reason: 'TooLarge', status: 413, text };
}

function findWrongField(request: Readonly<Record<string, unknown>>): string | null {
  const { uid, kind, resource, operation } = request;
  if (typeof uid !== 'string' || uid.length === 0) return 'request.uid is not set';
  if (uid.length > MAX_UID_CHARACTERS) return `request.uid is longer than ${MAX_UID_CHARACTERS} characters`;
  if (!OPERATIONS.has(operation)) {
    return `request.operation is ${show(operation)}; it must be CREATE, UPDATE, DELETE or CONNECT`;
  }
  if (!hasStrings(kind, 'group', 'version', 'kind')) {
    return 'request.kind must have the strings group, version and kind';
  }
  if (!hasStrings(resource, 'group', 'version', 'resource')) {
    return 'request.resource must have the strings group, version and resource';
  }
  for (const field of ['name', 'namespace', 'subResource']) {
    const value = request[field];
    if (!isAbsentOrString(value)) return `request.${field} must be a string`;
    if (value !== undefined && value.length > MAX_NAME_CHARACTERS) {
      return `request.${field} is longer than ${MAX_NAME_CHARACTERS} characters`;
    }
  }
  return isUserInfo(request['userInfo'])
    ? null
    : 'request.userInfo must have the strings username and uid, a list of strings groups, and lists of strings in extra';
}

function isUserInfo(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (!isRecord(value) || !isAbsentOrString(value['username']) || !isAbsentOrString(value['uid']))
    return false;
  const { extra } = value;
  if (!isAbsentOrStrings(value['groups'])) return false;
  return (
    extra === undefined ||
    extra === null ||
    (isRecord(extra) && Object.values(extra).every(isAbsentOrStrings))
  );
}

function isAbsentOrStrings(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function hasStrings(value: unknown, first: string, second: string, third: string): boolean {
  return (
    isRecord(value) &&
    typeof value[first] === 'string' &&
    typeof value[second] === 'string' &&
    typeof value[third] === 'string'
  );
}

function isAbsentOrString(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}

function malformed(text: string): RequestProblem {
  return { reason: 'Malformed', status: 400, text };
}

/** Shows the start of a string and the type of anything else. The text is sent back to the client. */
function show(value: unknown): string {
  if (value === undefined) return 'not set';
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 64)) : `a ${typeof value}`;
}

/** V8 quotes the source in its message, and the source may have a secret. Only the text before the quote is kept. */
function firstLine(message: string): string {
  const quote = message.search(/, (\.\.\.)?"|\n/);
  return quote === -1 ? message : message.slice(0, quote);
}
