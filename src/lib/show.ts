const MAX_SHOWN_CHARACTERS = 200;

/** How a message shows a value that was found: as JSON on one line, cut where it is long; `not set` where there is none. */
export function show(value: unknown): string {
  if (value === undefined || value === null) return 'not set';
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text;
}
