/** Shorter texts are in everything. */
const MIN_CHARACTERS = 8;

/**
 * The forms in which a secret may come back: as it is, escaped for JSON, HTML or URLs, in hexadecimal digits, and in base64 wherever
 * it begins there. All are ASCII where the secret is. A secret of less than eight characters has none.
 */
export function secretForms(secret: string): readonly string[] {
  if (secret.length < MIN_CHARACTERS) return [];
  const bytes = Buffer.from(secret, 'utf8');
  const hex = bytes.toString('hex');
  const percent = hex.replaceAll(/../g, '%$&');
  const base64 = [0, 1, 2].map((offset) => base64At(bytes, offset));
  const forms = [
    asSent(secret),
    ...jsonForms(secret),
    ...htmlForms(secret),
    ...urlForms(secret),
    percent,
    percent.toUpperCase(),
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    // As JSON and URLs have them.
    ...base64.map((text) => text.replaceAll('/', '\\/')),
    ...base64.map(encodeURIComponent),
  ];
  return [...new Set(forms)].filter((form) => form.length >= MIN_CHARACTERS);
}

/**
 * The forms of a line of base64, as PEM has them: as it is, escaped for JSON and URLs, and in base64 once more, as a Secret of
 * Kubernetes has PEM. A key has many lines, and each form of each is looked for.
 */
export function base64LineForms(line: string): readonly string[] {
  const bytes = Buffer.from(line, 'latin1');
  const base64 = [0, 1, 2].map((offset) => base64At(bytes, offset));
  return [...new Set([line, line.replaceAll('/', '\\/'), encodeURIComponent(line), ...base64])];
}

/** What nothing escapes, what Go and Gson do beside what must be, what is not ASCII, and whatever is no letter. */
const ESCAPED = [/(?!)/g, /[<>&]/g, /[<>&=']/g, /[^\x20-\x7e]/g, /[^\w\s.\\-]/g] as const;

function jsonForms(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  return ESCAPED.flatMap((characters) => {
    const form = asSent(json.replaceAll(characters, escapeUnit));
    const large = form.replaceAll(/\\u[0-9a-f]{4}/g, (escape) => `\\u${escape.slice(2).toUpperCase()}`);
    return [form, large, form.replaceAll('/', '\\/')];
  });
}

function escapeUnit(text: string): string {
  return `\\u${text.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const HTML: readonly Readonly<Record<string, string>>[] = [
  { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
  { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#x27;', '/': '&#x2F;' },
  { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;', '+': '&#43;' },
  { '&': '&amp;', '<': '&lt;', '>': '&gt;' },
];

function htmlForms(secret: string): readonly string[] {
  const text = asSent(secret);
  return HTML.map((escapes) => text.replaceAll(/[&<>"'/+]/g, (character) => escapes[character] ?? character));
}

/** By what must be escaped, by RFC 3986, as a form, and as a path. */
function urlForms(secret: string): readonly string[] {
  const uri = encodeURIComponent(secret.toWellFormed());
  const strict = uri.replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const forms = [
    uri,
    strict,
    strict.replaceAll('~', '%7E').replaceAll('%20', '+'),
    strict.replaceAll('%2F', '/'),
  ];
  return forms.flatMap((form) => [form, form.replaceAll(/%../g, (escape) => escape.toLowerCase())]);
}

/** A character for each byte. */
function asSent(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** What of the base64 of a longer text depends on these bytes alone, where so many bytes (modulo 3) are before them. */
function base64At(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
}
