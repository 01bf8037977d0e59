/** A certificate authority in PEM, as the Secret keeps it. */
export interface CertificateAuthority {
  readonly certificate: string;
  /** PKCS #8. */
  readonly privateKey: string;
}
