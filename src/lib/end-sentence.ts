/** Returns a text with a full stop at its end; one that ends a sentence already, as many foreign messages do, stays. */
export function endSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
