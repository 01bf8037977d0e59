import type { AgentRole } from '../../api/agent-role.ts';
import { Secret } from '../../lib/secret.ts';
import { type CredentialValues, ONE_VALUE, takesValues } from './credential-values.ts';
import {
  type AttachProblem,
  findValueProblem,
  HEADER_VALUE,
  PASSWORD,
  TOKEN,
  USER_AND_PASSWORD,
  USERNAME,
  type ValueForm,
} from './value-forms.ts';
import { type SignedRequest, signRequest } from './sign-request.ts';

export type { AttachProblem } from './value-forms.ts';
export type { SignedRequest } from './sign-request.ts';

/** How a credential is added to a request. */
export type Attach = NonNullable<AgentRole['spec']['credentials'][number]['attach']>;

export interface AttachedHeaders {
  /** Headers to set, in place of those of the same name, by their names in lower case. */
  readonly headers: Readonly<Record<string, Secret>>;
  /** Names of headers, in lower case, that must not be sent unless they are among `headers`. */
  readonly removes: readonly string[];
}

export type Attached = AttachedHeaders | { readonly problem: AttachProblem };

/**
 * Turns the values of a credential into headers. Their names are `value`; for `Basic` also `username` and `password`; for
 * `AWSSigV4` `accessKeyId`, `secretAccessKey` and perhaps `sessionToken`. With `AWSSigV4` it has to come last: what is signed
 * may not be changed any more. `certificate` and `privateKey` of `ClientCertificate` add none: they are for the handshake.
 */
export async function attachCredential(
  attach: Attach,
  values: CredentialValues,
  request: SignedRequest,
): Promise<Attached> {
  const { type, header = '', region = '', service = '' } = attach;
  if (type === 'AWSSigV4') return signRequest({ region, service }, values, request);
  if (type === 'Header') return attachHeader(header, values);
  if (type === 'Basic') return attachBasic(values);
  if (type === 'ClientCertificate') return attachNothing(values);
  const problem = checkOne('Bearer', values, TOKEN);
  return problem === null ? setHeader('authorization', `Bearer ${reveal(values, ONE_VALUE)}`) : { problem };
}

function checkOne(type: Attach['type'], values: CredentialValues, form: ValueForm): AttachProblem | null {
  if (!takesValues(type, Object.keys(values))) return { value: null, required: 'must be bound with one key' };
  return findValueProblem(values, { [ONE_VALUE]: form });
}

/** What says how the message is read, or whose connection it is. */
const NOT_TO_BE_SET =
  /^(?:|host|connection|content-.*|transfer-encoding|te|trailer|upgrade|expect|keep-alive|proxy-.*|sec-websocket-.*)$/;

function attachHeader(header: string, values: CredentialValues): Attached {
  const name = header.toLowerCase();
  if (NOT_TO_BE_SET.test(name)) {
    return { problem: { value: null, required: 'must be attached by a header that is about the caller' } };
  }
  const problem = checkOne('Header', values, HEADER_VALUE);
  return problem === null ? setHeader(name, reveal(values, ONE_VALUE)) : { problem };
}

function attachBasic(values: CredentialValues): Attached {
  if (!takesValues('Basic', Object.keys(values))) {
    const required = 'must be bound with username and password, or with one key that holds both';
    return { problem: { value: null, required } };
  }
  const forms = { [ONE_VALUE]: USER_AND_PASSWORD, username: USERNAME, password: PASSWORD };
  const problem = findValueProblem(values, forms);
  if (problem !== null) return { problem };
  const login = Object.hasOwn(values, ONE_VALUE)
    ? reveal(values, ONE_VALUE)
    : `${reveal(values, 'username')}:${reveal(values, 'password')}`;
  return setHeader('authorization', `Basic ${Buffer.from(login, 'utf8').toString('base64')}`);
}

function attachNothing(values: CredentialValues): Attached {
  if (takesValues('ClientCertificate', Object.keys(values))) return { headers: {}, removes: [] };
  return { problem: { value: null, required: 'must be bound with certificate and privateKey' } };
}

function reveal(values: CredentialValues, name: string): string {
  return values[name]?.reveal() ?? '';
}

function setHeader(name: string, value: string): AttachedHeaders {
  return { headers: { [name]: new Secret(value) }, removes: [name] };
}
