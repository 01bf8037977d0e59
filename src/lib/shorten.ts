/** A text of at most `maxCharacters`. Where something was cut, the last character is `…`. */
export function shorten(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  // Half of a surrogate pair is not UTF-8, and what reads it may reject the whole message.
  return `${text.slice(0, maxCharacters - 1).toWellFormed()}…`;
}
