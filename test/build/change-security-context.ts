/**
 * Changes members of the security context of a pod's spec or of a container, and leaves the others as they are.
 * Takes any object, so that nulls and wrong values can be tried as well.
 */
export function changeSecurityContext(holder: { securityContext?: object }, change: object): void {
  holder.securityContext = { ...holder.securityContext, ...change };
}
