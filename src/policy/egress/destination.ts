/** A host that the gateway lets TLS through to, and the bounds of one connection. */
export interface Destination {
  /** A canonical host, or `*.` and one. */
  readonly pattern: string;
  readonly ports: readonly number[];
  readonly maxUploadBytes: number;
  readonly maxDownloadBytes: number;
  readonly idleSeconds: number;
  readonly maxSeconds: number;
  readonly encryptedClientHello: 'Refuse' | 'Tolerate';
}
