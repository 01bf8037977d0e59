/** A sandbox that the bench plays: the address of its pod, and what it proves itself with. */
export interface BenchSandbox {
  readonly name: string;
  readonly podUID: string;
  /** One of loopback, from which the bench connects. */
  readonly address: string;
  readonly proxySecret: string;
  readonly token: string;
}

const SANDBOX_COUNT = 50;

/** The sandboxes, all of the role of the bench. None of the secrets opens anything outside of it. */
export function benchSandboxes(): readonly BenchSandbox[] {
  return Array.from({ length: SANDBOX_COUNT }, (_, index) => {
    const number = index.toString(16).padStart(12, '0');
    return {
      name: `agent-${index}`,
      podUID: `b0b957c4-14f0-4769-b594-${number}`,
      address: `127.0.1.${index + 1}`,
      proxySecret: `proxy-secret-of-the-bench-${number}`,
      token: tokenOf(number),
    };
  });
}

/** As long as a projected token. Whether it is genuine is for the API server to say, which the bench plays. */
function tokenOf(number: string): string {
  const part = (length: number) => `${number}${'a'.repeat(length - number.length)}`;
  return `${part(96)}.${part(850)}.${part(342)}`;
}
