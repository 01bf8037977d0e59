/** A vendor, and what its API has that answers with a credential. */
export interface MintingVendor {
  readonly name: string;
  /** The host of its API, where it has one; by its environment it is known too. */
  readonly host: string;
  /** Paths from the root of its host; `{id}` stands for any one segment. */
  readonly paths: readonly string[];
  /** What the path of a base URL begins with where the API is somebody's own installation. */
  readonly ownPrefix: string;
}

const RUNNERS = ['registration-token', 'remove-token', 'generate-jitconfig'];
const RUNNER_OWNERS = ['/orgs/{id}', '/enterprises/{id}', '/repos/{id}/{id}'];

/** By environment. Of what the vendors document: what answers with a key or a token, or lets somebody have one. */
export const MINTING_VENDORS: Readonly<Record<'OpenAI' | 'Anthropic' | 'GitHub', MintingVendor>> = {
  // platform.openai.com/docs/api-reference: administration, realtime and ChatKit.
  OpenAI: {
    name: 'OpenAI',
    host: 'api.openai.com',
    ownPrefix: '',
    paths: [
      '/v1/organization/admin_api_keys',
      '/v1/organization/projects/{id}/service_accounts',
      '/v1/organization/projects/{id}/service_accounts/{id}/api_keys',
      '/v1/realtime/client_secrets',
      '/v1/realtime/sessions',
      '/v1/realtime/transcription_sessions',
      '/v1/chatkit/sessions',
    ],
  },
  // platform.claude.com/docs: the Admin API, and workload identity federation.
  Anthropic: {
    name: 'Anthropic',
    host: 'api.anthropic.com',
    ownPrefix: '',
    paths: [
      '/v1/oauth/token',
      '/v1/organizations/federation_issuers',
      '/v1/organizations/federation_rules',
      '/v1/organizations/service_accounts',
    ],
  },
  // docs.github.com/rest: apps, actions, deploy-keys and users.
  GitHub: {
    name: 'GitHub',
    host: 'api.github.com',
    ownPrefix: '/api/v3',
    paths: [
      '/app/installations/{id}/access_tokens',
      '/app-manifests/{id}/conversions',
      '/applications/{id}/token',
      '/applications/{id}/token/scoped',
      ...RUNNER_OWNERS.flatMap((owner) => RUNNERS.map((what) => `${owner}/actions/runners/${what}`)),
      '/repos/{id}/{id}/keys',
      '/user/keys',
    ],
  },
};

/** Services of AWS that answer with credentials, by the names that they are signed for: docs.aws.amazon.com/service-authorization. */
export const MINTING_SERVICES: ReadonlySet<string> = new Set([
  'sts',
  'iam',
  'sso',
  'sso-oauth',
  'cognito-identity',
  'cognito-idp',
  'secretsmanager',
  'ssm',
  'ecr',
  'ecr-public',
  'codeartifact',
  'redshift',
  'redshift-serverless',
]);

/** Segments of a path by which the APIs of others, such as GitLab's, name what answers with a credential. */
export const MINTING_SEGMENTS: ReadonlySet<string> = new Set([
  'access_tokens',
  'access-tokens',
  'personal_access_tokens',
  'impersonation_tokens',
  'deploy_tokens',
  'deploy_keys',
  'admin_api_keys',
  'api_keys',
  'api-keys',
  'apikeys',
  'client_secrets',
  'client-secrets',
  'service_account_keys',
  'oauth/token',
  'oauth2/token',
  'oauth/access_token',
]);
