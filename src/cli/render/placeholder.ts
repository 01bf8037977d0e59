/** What stands where only the cluster or chance knows the value: text that no reader takes for one, and no key or image is. */
export function placeholder(what: string): string {
  return `<placeholder: ${what}>`;
}
