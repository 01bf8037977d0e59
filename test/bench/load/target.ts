/** Where load goes, and what must come back. Plain data: it is sent to the client's process. */
export interface Target {
  /** `https://address:port` */
  readonly url: string;
  /** PEM */
  readonly authority: string;
  readonly path: string;
  /** Bearer token; null where the server asks for none. */
  readonly token: string | null;
  readonly content: 'Reviews' | 'Pods';
  /** Whether the pods that are wrong must be refused; else everything must be allowed. */
  readonly refuses: boolean;
}
