/** A line of the audit as tests look at it. */
export interface Recorded {
  readonly event: string;
  readonly phase: string;
  readonly action: string;
  readonly rule: string | null;
  readonly sandbox: string | null;
  /** Host and port; null where the record names none. */
  readonly destination: string | null;
  /** How it ended, or the reason why it was refused. */
  readonly detail: string | null;
}

type Line = Readonly<Record<string, unknown>>;

/** Reads lines of the audit, without those that begin and end files. */
export function readRecorded(lines: readonly Line[]): readonly Recorded[] {
  return lines.flatMap((line) => {
    const unmapped = (line['unmapped'] ?? {}) as Line;
    const phase = text(unmapped['phase']);
    if (phase === null) return [];
    return {
      event: String((line['metadata'] as Line)['event_code']),
      phase,
      action: String(line['action']),
      rule: text((line['firewall_rule'] as Line | undefined)?.['name']),
      sandbox: text(unmapped['sandbox']),
      destination: destinationOf(line['dst_endpoint'] as Line | undefined),
      detail: text(line['status_detail']),
    };
  });
}

function destinationOf(endpoint: Line | undefined): string | null {
  return endpoint === undefined ? null : `${String(endpoint['hostname'])}:${String(endpoint['port'])}`;
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
