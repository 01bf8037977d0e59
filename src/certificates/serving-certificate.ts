/** What the TLS server shows its clients, in PEM. */
export interface ServingCertificate {
  readonly certificate: string;
  /** PKCS #8. Made in this process and never written anywhere. */
  readonly privateKey: string;
}
