import type { Configuration } from './configuration.ts';

/** Values of the chart for what holds for the installation and not for one tenant. */
export interface ChartValues {
  readonly vault?: { readonly address: string };
  readonly gateway: {
    readonly audit: { readonly retentionDays: number; readonly standardOutput?: true };
  };
}

/** Builds the values of the chart. */
export function buildChartValues({ secrets, audit }: Configuration): ChartValues {
  const address = secrets.vault_url?.replace(/\/$/, '');
  return {
    ...(address === undefined ? {} : { vault: { address: withPort(address) } }),
    gateway: {
      audit: {
        retentionDays: audit.retention_days,
        ...(audit.storage === 'stdout' ? { standardOutput: true } : {}),
      },
    },
  };
}

/** The chart needs the port, which its NetworkPolicy opens. */
function withPort(address: string): string {
  return /:\d+$/.test(address) ? address : `${address}:443`;
}
