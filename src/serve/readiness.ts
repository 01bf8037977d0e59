/** One thing that must hold before the webhook is sent reviews: null when it does, else what is missing, in one line. */
export interface ReadinessCheck {
  readonly name: string;
  readonly problem: () => string | null | Promise<string | null>;
}

/** Whether the webhook is ready, and if not, every reason. */
export interface Readiness {
  readonly ready: boolean;
  readonly lines: readonly string[];
}

/** Asks every check; one that throws is not ready, and says why. */
export async function checkReadiness(checks: readonly ReadinessCheck[]): Promise<Readiness> {
  const problems = await Promise.all(checks.map(ask));
  const lines = checks.map(({ name }, index) => `${name}: ${problems[index] ?? 'ok'}`);
  return { ready: problems.every((problem) => problem === null), lines };
}

async function ask({ problem }: ReadinessCheck): Promise<string | null> {
  try {
    return await problem();
  } catch (error) {
    return error instanceof Error ? error.message : 'failed';
  }
}
