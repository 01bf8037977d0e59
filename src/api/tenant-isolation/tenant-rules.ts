import type { Rule } from '../shape/rules.ts';

/** The rules that hold between the parts of a tenant: what is named must be declared. */
export const tenantRules: readonly Rule[] = [
  {
    rule: '!has(self.database) || self.credentials.exists(c, c.name == self.database.connection.adminCredential)',
    message: 'adminCredential names a credential that spec.credentials does not bind',
    fieldPath: '.database.connection.adminCredential',
  },
  {
    rule: '!has(self.fileStorage) || !has(self.fileStorage.s3) || self.credentials.exists(c, c.name == self.fileStorage.s3.credential)',
    message: 'fileStorage.s3.credential names a credential that spec.credentials does not bind',
    fieldPath: '.fileStorage.s3.credential',
  },
  {
    rule: '!has(self.vectorStore) || has(self.database)',
    message: 'vectorStore.pgvector needs spec.database, whose server it uses',
    fieldPath: '.vectorStore',
  },
  {
    rule: 'self.exemptions.all(e, self.namespaces.exists(n, n.name == e.__namespace__))',
    message: 'an exemption names a namespace that is not in spec.namespaces',
    fieldPath: '.exemptions',
  },
  {
    rule: '!has(self.shadow) || self.shadow.roles.all(r, r in self.roles.allowed)',
    message: 'shadow.roles names a role that is not in spec.roles.allowed',
    fieldPath: '.shadow.roles',
  },
];
