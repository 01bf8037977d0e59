/**
 * The same as `read`, cheaper for a text that was read before: up to `most` texts of at most `longest` characters are
 * known, and all forgotten when there are more. Bounded, because who writes the texts chooses them; `read` gives no undefined.
 */
export function rememberFew<T extends {} | null>(
  read: (text: string) => T,
  { most, longest }: { readonly most: number; readonly longest: number },
): (text: string) => T {
  let known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const value = read(text);
    if (text.length > longest) return value;
    // Not cleared: the table of a Map that is cleared points to its next one, and keeps that alive for as long as itself.
    if (known.size >= most) known = new Map();
    known.set(text, value);
    return value;
  };
}
