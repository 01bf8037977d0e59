/** What reading one setting came to. */
export type SettingResult<T> = { readonly value: T } | { readonly problem: string };

/** Reads a text or says what is wrong with it. */
export type SettingParser<T> = (text: string) => SettingResult<T>;

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

export function wholeNumber(least: number, most: number): SettingParser<number> {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most
      ? { value }
      : { problem: `a whole number from ${least} to ${most}` };
  };
}

export function dnsLabel(text: string): SettingResult<string> {
  return DNS_LABEL.test(text) ? { value: text } : { problem: 'lower-case letters, digits and -, at most 63' };
}

export function nonEmpty(text: string): SettingResult<string> {
  return text.trim() === '' ? { problem: 'a text that is not empty' } : { value: text };
}

export function oneOf<const T extends string>(...choices: readonly T[]): SettingParser<T> {
  return (text) => {
    const value = choices.find((choice) => choice === text);
    return value === undefined ? { problem: `one of ${choices.join(', ')}` } : { value };
  };
}

/** Image digests, separated by commas; none where the text is empty. */
export function digests(text: string): SettingResult<readonly string[]> {
  const entries = text.split(',').flatMap((entry) => entry.trim() || []);
  const wrong = entries.find((entry) => !DIGEST.test(entry));
  return wrong === undefined
    ? { value: [...new Set(entries)] }
    : { problem: `digests as sha256:<64 hexadecimal digits>, separated by commas; "${wrong}" is none` };
}

/** The host of an `https://host:port` URL without a path; null where the text is empty. */
export function httpsHost(text: string): SettingResult<string | null> {
  if (text === '') return { value: null };
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain =
    url?.protocol === 'https:' && url.pathname === '/' && url.search === '' && url.username === '';
  return url !== null && isPlain
    ? { value: url.hostname.replace(/^\[|\]$/g, '') }
    : { problem: 'an https:// URL with host and port alone, as in webhook.url of the chart' };
}
