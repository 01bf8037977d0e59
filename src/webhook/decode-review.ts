import { GROUP } from '../api/names.ts';
import { ADMISSION_REVIEW_VERSION, type AdmissionRequest } from './admission-review.ts';
import { holdsMoreValues } from './holds-more-values.ts';
import { isReviewProblem, type ReviewProblem } from '../serve/problem.ts';
import { withoutManagedFields } from './without-managed-fields.ts';

type Fields = Readonly<Record<string, unknown>>;

const OPERATIONS: ReadonlySet<unknown> = new Set(['CREATE', 'UPDATE', 'DELETE', 'CONNECT']);
const LONGEST_UID = 128;
/**
 * Above any name that Kubernetes admits for what is asked about (253), with the scheme and port of a proxy. Names are kept
 * until they are logged, and a pod is explained before its own is validated.
 */
const LONGEST_NAME = 1_024;

/**
 * Far above any pod or workload that is meant, and little enough that neither parsing nor judging it fills the memory:
 * before a pod is validated its author can send a million of anything. Counted with the object before an update.
 */
const MOST_VALUES = 100_000;
/** What the schema of an AgentRole admits twice over, before and after. It was validated by then, and is parsed whole. */
const MOST_VALUES_OF_A_KIND = 500_000;

/** Reads the bytes of an AdmissionReview. What is not exactly one is a problem that says which field is wrong. */
export function decodeReview(body: Buffer): AdmissionRequest | ReviewProblem {
  if (body.length === 0) return malformed('the body is empty; send an AdmissionReview');
  const text = withoutManagedFields(body);
  const request = readRequest(text);
  if (isReviewProblem(request)) return request;
  // The arguments of a tool are free-form: a list of that name in them is what the author means, and is judged.
  if (request.kind.group === GROUP) return readRequest(body.toString('utf8'));
  return holdsMoreValues(text, MOST_VALUES) ? tooManyValues(MOST_VALUES) : request;
}

function readRequest(text: string): AdmissionRequest | ReviewProblem {
  if (holdsMoreValues(text, MOST_VALUES_OF_A_KIND)) return tooManyValues(MOST_VALUES_OF_A_KIND);
  let review: unknown;
  try {
    review = JSON.parse(text);
  } catch (error) {
    return malformed(
      `the body is not JSON: ${error instanceof Error ? firstLine(error.message) : 'unreadable'}`,
    );
  }
  if (!isFields(review)) return malformed('the body is not a JSON object');
  if (review['kind'] !== 'AdmissionReview') {
    return malformed(`kind is ${show(review['kind'])}; it must be "AdmissionReview"`);
  }
  if (review['apiVersion'] !== ADMISSION_REVIEW_VERSION) {
    return malformed(`apiVersion is ${show(review['apiVersion'])}; it must be "${ADMISSION_REVIEW_VERSION}"`);
  }
  const request = review['request'];
  if (!isFields(request)) return malformed('request is missing');
  const wrong = findWrongField(request);
  return wrong === null ? (request as unknown as AdmissionRequest) : malformed(wrong);
}

function tooManyValues(most: number): ReviewProblem {
  const text = `the review holds more than ${most} values; no object of that size is judged, so make it smaller`;
  return { reason: 'TooLarge', status: 413, text };
}

function findWrongField(request: Fields): string | null {
  const { uid, kind, resource, operation } = request;
  if (typeof uid !== 'string' || uid.length === 0) return 'request.uid is missing';
  if (uid.length > LONGEST_UID) return `request.uid is longer than ${LONGEST_UID} characters`;
  if (!OPERATIONS.has(operation)) {
    return `request.operation is ${show(operation)}; it must be CREATE, UPDATE, DELETE or CONNECT`;
  }
  if (!hasStrings(kind, 'group', 'version', 'kind')) {
    return 'request.kind must hold the strings group, version and kind';
  }
  if (!hasStrings(resource, 'group', 'version', 'resource')) {
    return 'request.resource must hold the strings group, version and resource';
  }
  for (const field of ['name', 'namespace', 'subResource']) {
    const value = request[field];
    if (!isAbsentOrString(value)) return `request.${field} must be a string`;
    if (value !== undefined && value.length > LONGEST_NAME) {
      return `request.${field} is longer than ${LONGEST_NAME} characters`;
    }
  }
  return isUserInfo(request['userInfo'])
    ? null
    : 'request.userInfo must hold a string username and a list of strings groups';
}

function isUserInfo(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (!isFields(value) || !isAbsentOrString(value['username'])) return false;
  const groups = value['groups'];
  if (groups === undefined || groups === null) return true;
  return Array.isArray(groups) && groups.every((group) => typeof group === 'string');
}

function hasStrings(value: unknown, first: string, second: string, third: string): boolean {
  return (
    isFields(value) &&
    typeof value[first] === 'string' &&
    typeof value[second] === 'string' &&
    typeof value[third] === 'string'
  );
}

function isAbsentOrString(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(text: string): ReviewProblem {
  return { reason: 'Malformed', status: 400, text };
}

/** Strings are shown cut, anything else by its type: the text goes back to whoever sent the body. */
function show(value: unknown): string {
  if (value === undefined) return 'missing';
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 64)) : `a ${typeof value}`;
}

/** V8 quotes the source in its message, which may hold a secret: only what stands before the quote is kept. */
function firstLine(message: string): string {
  const quote = message.search(/, (\.\.\.)?"|\n/);
  return quote === -1 ? message : message.slice(0, quote);
}
