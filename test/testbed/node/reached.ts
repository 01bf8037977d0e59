/** One attempt that came through to the namespace that plays the internet. */
export interface Reached {
  readonly protocol: 'TCP' | 'UDP';
  readonly address: string;
  readonly port: number;
  /** The pod's own address. */
  readonly from: string;
}
