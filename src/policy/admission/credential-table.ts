// What follows a prefix. A text is certainly a credential long before it has the published length.
export const LETTERS = '[A-Za-z0-9]{20}';
/** The alphabet of base64url (RFC 4648 §5). */
export const BASE64URL = '[A-Za-z0-9_-]{20}';
export const HEX = '[0-9a-f]{32}';

// RFC 7468 §10 and §11, RFC 9580 §6.2 (PGP PRIVATE KEY BLOCK), the OpenSSH PROTOCOL.key; also in the JSON key file of a
// Google Cloud service account.
export const PRIVATE_KEY = '-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY';

/** The prefix that the issuer of a credential publishes, with what follows it; or a whole pattern, without a tail. */
export type CredentialShape = readonly [
  name: string,
  pattern: string,
  tail?: typeof LETTERS | typeof BASE64URL | typeof HEX,
];

// RFC 3986 §3.2.1. A quotation mark is no part of a URL, but may end one in the middle of JSON.
const IN_PASSWORD = '[^/?#@" \\t\\r\\n]';
// A port that begins the rest of a list (`http://host:9093,user@host`) is no password.
const PASSWORD = `(?:[0-9]{1,5}|[0-9]{6}${IN_PASSWORD}*|[,;]${IN_PASSWORD}*|[0-9]{0,5}[^0-9,;/?#@" \\t\\r\\n]${IN_PASSWORD}*)`;
const URL_WITH_PASSWORD = `://[^/?#@:" \\t\\r\\n]*:${PASSWORD}@${anythingBut('sha256:')}`;

/**
 * Published shapes of credentials, named with their article for messages, each with its source: the issuer's
 * documentation, or a public rule set (`gitleaks`: github.com/gitleaks/gitleaks, config/gitleaks.toml; `trufflehog`:
 * github.com/trufflesecurity/trufflehog, pkg/detectors; `kingfisher`: github.com/mongodb/kingfisher). Issuers whose credentials have no prefix of their own (Cohere,
 * Mistral AI, Exa, Serper, SerpApi, Weaviate, Datadog) are left out. V8 and, in the ValidatingAdmissionPolicy, RE2 read
 * the patterns: no look-around, no back-references, and classes are spelt out where the two differ (\s).
 */
export const CREDENTIAL_SHAPES: readonly CredentialShape[] = [
  // Of every kind
  ['a private key', PRIVATE_KEY],
  // RFC 7519 §3 and RFC 7515 §3.1: `eyJ` is how a JSON object begins in base64url, here the second of two
  ['a JSON Web Token', '[A-Za-z0-9_-]\\.eyJ[A-Za-z0-9_-]{8}'],
  ['a URL with a password', URL_WITH_PASSWORD],
  // github.com/C2SP/C2SP/blob/main/age.md
  ['an age key', 'AGE-SECRET-KEY-1', LETTERS],

  // Model vendors
  // platform.openai.com/docs/api-reference/authentication, api-docs.deepseek.com
  ['an API key of a model vendor', 'sk-', LETTERS],
  // gitleaks openai-api-key and anthropic-api-key, openrouter.ai/docs/api-keys
  ['an API key of a model vendor', 'sk-(?:proj|svcacct|admin|ant|or)-', BASE64URL],
  // cloud.google.com/docs/authentication/api-keys
  ['a Google API key', 'AIza[A-Za-z0-9_-]{15}', BASE64URL],
  // console.groq.com/docs/quickstart, trufflehog groq
  ['a Groq API key', 'gsk_', LETTERS],
  // docs.x.ai/docs/tutorial, trufflehog xai
  ['an xAI API key', 'xai-', LETTERS],
  // gitleaks perplexity-api-key
  ['a Perplexity API key', 'pplx-', LETTERS],
  // replicate.com/docs/reference/http#authentication
  ['a Replicate token', 'r8_', LETTERS],
  // huggingface.co/docs/hub/security-tokens, gitleaks huggingface-organization-api-token
  ['a Hugging Face token', '(?:hf|api_org)_', LETTERS],
  // docs.nvidia.com/nim, trufflehog nvapi
  ['an NVIDIA API key', 'nvapi-', BASE64URL],
  // kingfisher fireworksai
  ['a Fireworks API key', 'fw_', LETTERS],
  // github.com/betterleaks/betterleaks, config/betterleaks.toml
  ['a Together AI API key', 'tgp_v1_', BASE64URL],
  // github.com/Cerebras/vscode-cerebras-chat, src/provider.ts
  ['a Cerebras API key', 'csk[-_]', LETTERS],
  // trufflehog elevenlabs/v2
  ['an ElevenLabs API key', 'sk_', HEX],
  // docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html, gitleaks aws-amazon-bedrock-api-key-*
  ['an Amazon Bedrock API key', '(?:ABSK|bedrock-api-key-)', LETTERS],

  // Search, scraping and sandboxes
  // docs.tavily.com/documentation/api-reference/introduction
  ['a Tavily API key', 'tvly-', BASE64URL],
  // docs.litellm.ai/docs/search/brave, kingfisher brave
  ['a Brave Search API key', 'BSA[A-Za-z0-9_-]{7}', BASE64URL],
  // docs.firecrawl.dev/api-reference/introduction, kingfisher firecrawl
  ['a Firecrawl API key', 'fc-', HEX],
  // docs.apify.com/platform/integrations/api
  ['an Apify token', 'apify_api_', LETTERS],
  // e2b.dev/docs/api-key
  ['an E2B API key', 'e2b_', HEX],

  // Vector stores and databases
  // docs.pinecone.io/guides/projects/manage-api-keys, trufflehog pinecone
  ['a Pinecone API key', 'pcsk_', BASE64URL],
  // supabase.com/docs/guides/api/api-keys, trufflehog supabasetoken
  ['a Supabase key', '(?:sbp_|sb_secret_)', BASE64URL],
  // planetscale.com/docs/api/reference/service-tokens, gitleaks planetscale-*
  ['a PlanetScale token', 'pscale_(?:tkn|oauth|pw)_', BASE64URL],
  // gitleaks airtable-personnal-access-token
  ['an Airtable token', 'pat[A-Za-z0-9]{14}\\.', HEX],

  // Observability
  // docs.smith.langchain.com/administration, trufflehog langsmith
  ['a LangSmith API key', 'lsv2_(?:pt|sk)_', LETTERS],
  // langfuse.com/docs/api; the public key (pk-lf-) is no secret
  ['a Langfuse secret key', 'sk-lf-', BASE64URL],
  // docs.sentry.io/account/auth-tokens
  ['a Sentry token', 'sntry[su]_', LETTERS],
  // grafana.com/docs/grafana-cloud, gitleaks grafana-*
  ['a Grafana token', 'gl(?:sa|c)_', LETTERS],
  // docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys
  ['a New Relic key', 'NR(?:AK|II)-', LETTERS],
  // docs.honeycomb.io/api/authentication
  ['a Honeycomb key', 'hc[a-z][ilm]k_', LETTERS],

  // Source code, registries and packages
  // github.blog/2021-04-05-behind-githubs-new-authentication-token-formats
  ['a GitHub token', '(?:gh[pousr]|github_pat)_', LETTERS],
  // docs.gitlab.com/security/tokens, "Token prefixes"
  ['a GitLab token', 'gl(?:pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|oas|ffct|wt)-', BASE64URL],
  // support.atlassian.com/bitbucket-cloud/docs, gitleaks atlassian-api-token
  ['an Atlassian token', 'AT(?:ATT3|CTT3|BB)', BASE64URL],
  // github.blog/2021-09-23-announcing-npms-new-access-token-format
  ['an npm token', 'npm_', LETTERS],
  // pypi.org/help, "How can I use API tokens"; the rest is a macaroon in base64
  ['a PyPI token', 'pypi-AgE', BASE64URL],
  // guides.rubygems.org/api-key-scopes, gitleaks rubygems-api-token
  ['a RubyGems key', 'rubygems_', LETTERS],
  // docs.docker.com/security/access-tokens, trufflehog dockerhub/v2
  ['a Docker Hub token', 'dckr_[op]at_', BASE64URL],
  // gitleaks artifactory-api-key
  ['an Artifactory key', 'AKCp', LETTERS],

  // Chat: bots and webhooks
  // docs.slack.dev/authentication/tokens
  ['a Slack token', '\\b(?:xox[abeoprs]|xapp-[0-9])-[A-Za-z0-9-]{12}'],
  // docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
  ['a Slack webhook', 'hooks\\.slack\\.com/(?:services|workflows|triggers)/[A-Za-z0-9/]*[A-Za-z0-9]{20}'],
  // docs.discord.com/developers/resources/webhook
  ['a Discord webhook', 'discord(?:app)?\\.com/api/(?:v[0-9]+/)?webhooks/[0-9]{17,20}/', BASE64URL],
  // docs.discord.com/developers/reference#authentication
  ['a Discord bot token', '[MNO][A-Za-z0-9_-]{23,25}\\.[A-Za-z0-9_-]{6}\\.', BASE64URL],
  // learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors
  ['a Microsoft Teams webhook', '\\.webhook\\.office\\.com/webhookb2/[0-9a-f-]{36}@'],
  // core.telegram.org/bots/api#authorizing-your-bot
  ['a Telegram bot token', '[0-9]{8,10}:AA', BASE64URL],

  // Mail and payments
  // www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys, gitleaks sendgrid-api-token
  ['a SendGrid key', 'SG\\.[A-Za-z0-9_-]{22}\\.', BASE64URL],
  // gitleaks mailgun-private-api-token
  ['a Mailgun key', 'key-', HEX],
  // mailchimp.com/developer/marketing/guides/quick-start
  ['a Mailchimp key', '\\b[0-9a-f]{32}-us[0-9]'],
  // developers.brevo.com/docs/getting-started, gitleaks sendinblue-api-token
  ['a Brevo key', 'xkeysib-', LETTERS],
  // resend.com/docs/api-reference/introduction
  ['a Resend key', 're_[A-Za-z0-9]{8}_', LETTERS],
  // docs.stripe.com/keys, docs.stripe.com/webhooks
  ['a Stripe key', '(?:[rs]k_(?:live|test)|whsec)_', LETTERS],
  // gitleaks square-access-token
  ['a Square token', 'sq0(?:atp|csp)-', BASE64URL],

  // Clouds and their tools
  // docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html, "Unique identifiers"
  ['an AWS access key', '\\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\\b'],
  // learn.microsoft.com/azure/storage/common/storage-configure-connection-string: 64 bytes in base64
  ['an Azure storage key', '\\bAccountKey=[A-Za-z0-9+/]{86}=='],
  // learn.microsoft.com/azure/storage/common/storage-sas-overview: 32 bytes in base64
  ['an Azure shared access signature', '[?&]sig=[A-Za-z0-9%+/_-]{43}'],
  // gitleaks azure-ad-client-secret
  ['an Azure client secret', '[0-9]Q~[A-Za-z0-9_~.-]{31}'],
  // developers.google.com/identity/protocols/oauth2
  ['a Google OAuth secret', '(?:GOCSPX-|ya29\\.)', BASE64URL],
  // docs.digitalocean.com/reference/api/create-personal-access-token
  ['a DigitalOcean token', 'do[opr]_v1_', LETTERS],
  // gitleaks heroku-api-key-v2
  ['a Heroku key', 'HRKU-', BASE64URL],
  // docs.databricks.com/dev-tools/auth/pat, gitleaks databricks-api-token
  ['a Databricks token', 'dapi', HEX],
  // developer.hashicorp.com/vault/docs/concepts/tokens, "Token prefixes"
  ['a Vault token', 'hv[bsr]\\.', BASE64URL],
  // developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens
  ['a Terraform token', '[A-Za-z0-9]{14}\\.atlasv1\\.', BASE64URL],
  // gitleaks pulumi-api-token
  ['a Pulumi token', 'pul-', HEX],
  // gitleaks flyio-access-token
  ['a Fly.io token', '(?:fo1|fm[12][ar]?)_', BASE64URL],
  // developer.1password.com/docs/service-accounts/security
  ['a 1Password token', 'ops_eyJ', LETTERS],
  // docs.doppler.com/reference/auth-token-formats
  ['a Doppler token', 'dp\\.(?:ct|pt|sa|scim|audit|st(?:\\.[a-z0-9_-]{2,35})?)\\.', LETTERS],

  // Work: tickets, documents, shops
  // linear.app/developers, gitleaks linear-api-key
  ['a Linear key', 'lin_(?:api|oauth)_', LETTERS],
  // developers.notion.com/reference/authentication
  ['a Notion token', '(?:ntn_|secret_[A-Za-z0-9]{23})', LETTERS],
  // www.figma.com/developers/api#access-tokens
  ['a Figma token', 'figd_', BASE64URL],
  // developers.hubspot.com/docs/guides/apps/private-apps
  ['a HubSpot token', 'pat-(?:na|eu|ap)[0-9]-', BASE64URL],
  // shopify.dev/docs/apps/build/authentication-authorization, gitleaks shopify-*
  ['a Shopify token', 'shp(?:at|ca|pa|ss)_', LETTERS],
  // learning.postman.com/docs/developer/postman-api/authentication
  ['a Postman key', 'PMAK-', LETTERS],
];

/** Returns a pattern for what may follow where a text must not, without looking ahead. */
function anythingBut(text: string): string {
  const then = (character: string, rest: string): string => (rest === '' ? '' : `|${character}${rest}`);
  return Array.from(text).reduceRight(
    (rest, character) => `(?:$|[^${character}]${then(character, rest)})`,
    '',
  );
}
