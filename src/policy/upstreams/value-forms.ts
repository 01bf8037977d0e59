import { type CredentialValues, MAX_VALUE_CHARACTERS } from './credential-values.ts';

/** Why a credential cannot be attached. Never holds a value. */
export interface AttachProblem {
  /** Name of the value that is wrong; null where it is the request, or the header of the role. */
  readonly value: string | null;
  /** A clause that begins with "must". */
  readonly required: string;
}

/** What a value must look like to be sent. */
export interface ValueForm {
  readonly pattern: RegExp;
  /** A clause that begins with "must". */
  readonly required: string;
}

export const TOKEN: ValueForm = {
  pattern: /^[\x21-\x7e]+$/,
  required: 'must be printable ASCII without spaces',
};
export const HEADER_VALUE: ValueForm = {
  pattern: /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/,
  required: 'must be printable ASCII without a space at either end',
};
export const USERNAME: ValueForm = {
  pattern: /^[^\p{C}\p{Zl}\p{Zp}:]+$/u,
  required: 'must be printable, without a colon',
};
export const PASSWORD: ValueForm = { pattern: /^[^\p{C}\p{Zl}\p{Zp}]+$/u, required: 'must be printable' };
export const USER_AND_PASSWORD: ValueForm = {
  pattern: /^[^\p{C}\p{Zl}\p{Zp}:]+:[^\p{C}\p{Zl}\p{Zp}]+$/u,
  required: 'must be printable, a user name and a password with a colon between them',
};
export const ACCESS_KEY_ID: ValueForm = {
  pattern: /^\w{4,128}$/,
  required: 'must be 4 to 128 letters and digits',
};

/** The first value that cannot be sent; null where all can. Values without a form are not looked at. */
export function findValueProblem(
  values: CredentialValues,
  forms: Readonly<Record<string, ValueForm>>,
): AttachProblem | null {
  for (const [value, secret] of Object.entries(values)) {
    const form = forms[value];
    const required = form === undefined ? null : faultOf(secret.reveal(), form);
    if (required !== null) return { value, required };
  }
  return null;
}

function faultOf(text: string, { pattern, required }: ValueForm): string | null {
  if (text === '') return 'must not be empty';
  if (text.length > MAX_VALUE_CHARACTERS) return `must have at most ${MAX_VALUE_CHARACTERS} characters`;
  // What `echo` and editors add to a file. To cut it off would guess what was meant.
  if (/[\r\n]$/.test(text)) return 'must not end in a line break';
  return pattern.test(text) && text.isWellFormed() ? null : required;
}
