// Every credential is put together here, of characters that repeat, so that no scanner takes this file for a leak.
const fill = (characters: string, length: number) => characters.repeat(length).slice(0, length);
const letters = (length: number) => fill('aB3d', length);
const base64url = (length: number) => fill('aB3_d-', length);
const hex = (length: number) => fill('0a1f', length);
const uuid = [hex(8), hex(4), hex(4), hex(4), hex(12)].join('-');

/** A made-up credential of its published form: what it is called, the prefixes that it may have, and what follows. */
type Form = readonly [name: string, prefixes: readonly string[], tail: string];

/** Forms that are known only where nothing that belongs to a word stands before them. */
const WORDS: readonly Form[] = [
  ['an age key', ['AGE-SECRET-KEY-1'], fill('QPZ', 58)],
  ['an API key of a model vendor', ['sk-'], letters(48)],
  [
    'an API key of a model vendor',
    ['sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-ant-api03-', 'sk-ant-admin01-', 'sk-or-v1-'],
    base64url(74),
  ],
  ['a Google API key', ['AIza'], base64url(35)],
  ['a Groq API key', ['gsk_'], letters(52)],
  ['an xAI API key', ['xai-'], letters(80)],
  ['a Perplexity API key', ['pplx-'], letters(48)],
  ['a Replicate token', ['r8_'], letters(37)],
  ['a Hugging Face token', ['hf_', 'api_org_'], fill('aBcd', 34)],
  ['an NVIDIA API key', ['nvapi-'], base64url(64)],
  ['a Fireworks API key', ['fw_'], letters(24)],
  ['a Together AI API key', ['tgp_v1_'], base64url(43)],
  ['a Cerebras API key', ['csk-', 'csk_'], letters(48)],
  ['an ElevenLabs API key', ['sk_'], hex(48)],
  ['an Amazon Bedrock API key', ['ABSK', 'bedrock-api-key-'], letters(110)],
  ['a Tavily API key', ['tvly-', 'tvly-dev-'], letters(32)],
  ['a Brave Search API key', ['BSA'], base64url(28)],
  ['a Firecrawl API key', ['fc-'], hex(32)],
  ['an Apify token', ['apify_api_'], letters(36)],
  ['an E2B API key', ['e2b_'], hex(40)],
  ['a Pinecone API key', ['pcsk_'], `${letters(6)}_${letters(63)}`],
  ['a Supabase key', ['sbp_', 'sb_secret_'], hex(40)],
  ['a PlanetScale token', ['pscale_tkn_', 'pscale_oauth_', 'pscale_pw_'], base64url(43)],
  ['an Airtable token', [`pat${letters(14)}.`], hex(64)],
  ['a LangSmith API key', ['lsv2_pt_', 'lsv2_sk_'], `${hex(32)}_${hex(10)}`],
  ['a Langfuse secret key', ['sk-lf-'], uuid],
  ['a Sentry token', ['sntrys_', 'sntryu_'], letters(64)],
  ['a Grafana token', ['glsa_', 'glc_'], `${letters(32)}_${hex(8)}`],
  ['a New Relic key', ['NRAK-', 'NRII-'], fill('A1B2', 27)],
  ['a Honeycomb key', ['hcaik_', 'hcxlk_', 'hcamk_'], fill('a1b2', 58)],
  ['a GitHub token', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], letters(36)],
  ['a GitHub token', ['github_pat_'], `${letters(22)}_${letters(59)}`],
  [
    'a GitLab token',
    ['pat', 'dt', 'rt', 'rtr', 'cbt', 'ptt', 'ft', 'imt', 'agent', 'soat', 'oas', 'ffct', 'wt'].map(
      (kind) => `gl${kind}-`,
    ),
    base64url(20),
  ],
  ['an Atlassian token', ['ATATT3', 'ATCTT3', 'ATBB'], base64url(186)],
  ['an npm token', ['npm_'], letters(36)],
  ['a PyPI token', ['pypi-AgEIcHlwaS5vcmc'], base64url(150)],
  ['a RubyGems key', ['rubygems_'], hex(48)],
  ['a Docker Hub token', ['dckr_pat_', 'dckr_oat_'], base64url(27)],
  ['an Artifactory key', ['AKCp'], letters(69)],
  [
    'a Slack token',
    ['xoxa', 'xoxb', 'xoxe', 'xoxo', 'xoxp', 'xoxr', 'xoxs', 'xapp-1'],
    `-${fill('12345-', 40)}`,
  ],
  [
    'a Discord webhook',
    ['discord.com/api/', 'discordapp.com/api/', 'discord.com/api/v10/'].map(
      (start) => `${start}webhooks/${fill('12', 18)}/`,
    ),
    base64url(68),
  ],
  [
    'a Discord bot token',
    ['M', 'N', 'O'].map((first) => `${first}${letters(23)}.`),
    `${letters(6)}.${letters(27)}`,
  ],
  ['a Telegram bot token', [`${fill('12', 10)}:AA`], base64url(33)],
  ['a SendGrid key', ['SG.'], `${letters(22)}.${base64url(43)}`],
  ['a Mailgun key', ['key-'], hex(32)],
  ['a Mailchimp key', [''], `${hex(32)}-us21`],
  ['a Brevo key', ['xkeysib-'], `${hex(64)}-${letters(16)}`],
  ['a Resend key', ['re_'], `${letters(8)}_${letters(24)}`],
  ['a Stripe key', ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'whsec_'], letters(24)],
  ['a Square token', ['sq0atp-', 'sq0csp-'], base64url(22)],
  ['an AWS access key', ['AKIA', 'ASIA', 'ABIA', 'ACCA'], fill('A2B3', 16)],
  ['an Azure storage key', ['AccountKey='], `${fill('aB1/', 86)}==`],
  ['a Google OAuth secret', ['GOCSPX-', 'ya29.'], base64url(28)],
  ['a DigitalOcean token', ['doo_v1_', 'dop_v1_', 'dor_v1_'], hex(64)],
  ['a Heroku key', ['HRKU-AA'], base64url(58)],
  ['a Databricks token', ['dapi'], hex(32)],
  ['a Vault token', ['hvs.', 'hvb.', 'hvr.'], base64url(95)],
  ['a Terraform token', [`${letters(14)}.atlasv1.`], base64url(67)],
  ['a Pulumi token', ['pul-'], hex(40)],
  ['a Fly.io token', ['fo1_', 'fm1a_', 'fm1r_', 'fm2_'], letters(120)],
  ['a 1Password token', ['ops_eyJ'], letters(250)],
  [
    'a Doppler token',
    ['dp.ct.', 'dp.pt.', 'dp.sa.', 'dp.scim.', 'dp.audit.', 'dp.st.', 'dp.st.dev.'],
    letters(43),
  ],
  ['a Linear key', ['lin_api_', 'lin_oauth_'], letters(40)],
  ['a Notion token', ['ntn_', 'secret_'], letters(43)],
  ['a Figma token', ['figd_'], base64url(40)],
  ['a HubSpot token', ['pat-na1-', 'pat-eu1-', 'pat-ap1-'], uuid],
  ['a Shopify token', ['shpat_', 'shpca_', 'shppa_', 'shpss_'], hex(32)],
  ['a Postman key', ['PMAK-'], `${hex(24)}-${hex(34)}`],
];

const PRIVATE_KEY = ['PRIVATE', 'KEY'].join(' ');

/** Forms that are known wherever they are. */
const ELSEWHERE: readonly Form[] = [
  [
    'a private key',
    ['', 'OPENSSH ', 'RSA ', 'ENCRYPTED ', 'PGP '].map(
      (kind) => `-----BEGIN ${kind}${PRIVATE_KEY.slice(0, -1)}`,
    ),
    `${PRIVATE_KEY.slice(-1)}-----\nMIIE`,
  ],
  ['a private key', ['{"type":"service_account","private_key":"-----BEGIN '], `${PRIVATE_KEY}-----\\nMIIE"}`],
  ['a JSON Web Token', [`eyJ${letters(16)}.eyJ`], `${letters(20)}.${letters(12)}`],
  [
    'a Slack webhook',
    ['services/T', 'workflows/T', 'triggers/E'].map((kind) => `https://hooks.slack.com/${kind}`),
    `${fill('A1', 10)}/B${fill('A1', 10)}/${letters(24)}`,
  ],
  [
    'a Microsoft Teams webhook',
    [`https://acme.webhook.office.com/webhookb2/`],
    `${uuid}@${uuid}/IncomingWebhook/${hex(32)}`,
  ],
  [
    'an Azure shared access signature',
    ['https://a.blob.core.windows.net/b?sv=2024&sig=', '?sig='],
    `${fill('aB1%2', 46)}%3D`,
  ],
  ['an Azure client secret', ['abc8Q~'], fill('aB3~d.', 34)],
];

/** One example of every published form, by the name of its shape. */
export const CREDENTIAL_EXAMPLES: readonly (readonly [name: string, text: string])[] = [
  ...WORDS,
  ...ELSEWHERE,
].flatMap(([name, prefixes, tail]) => prefixes.map((prefix) => [name, `${prefix}${tail}`] as const));

/** Texts that resemble a credential and are none: each is cut short, or continues another word. */
export const CREDENTIAL_NEAR_MISSES: readonly string[] = [
  ...[...WORDS, ...ELSEWHERE].flatMap(([, prefixes, tail]) =>
    prefixes.map((prefix) => `${prefix}${tail.slice(0, prefix.endsWith('KE') ? 0 : 7)}`),
  ),
  ...WORDS.flatMap(([, prefixes, tail]) => prefixes.map((prefix) => `x${prefix}${tail}`)),
];

/** URLs with a password. */
export const URLS_WITH_PASSWORD: readonly string[] = [
  'postgres://hermes:hunter2@db.example.com/x',
  'redis://:hunter2@cache:6379',
  'amqp://u:12345@host',
  'amqp://u:1234567@host',
  'amqp://u:123456,x@host',
  'amqp://u:,x@host',
  'amqp://u:;x@host',
  'amqp://u:1x,y@host',
  'https://u:p@sha256.example.com',
  'https://u:p@shared',
  'https://u:p@s',
  // Only the proxy URL itself refers to a password that is the pod's own.
  'postgres://hermes:$(DB_PASSWORD)@db/x',
  'postgres://hermes:$DB_PASSWORD@db/x',
  'http://agent:$(CLOISTER_PROXY_SECRET)@elsewhere:3128',
  'http://agent:$(CLOISTER_PROXY_SECRET)@cloister-gateway:3129',
  'http://agent:$(CLOISTER_PROXY_SECRET)@cloister-gateway:3128:hunter2@db',
  'http://agent:$(CLOISTER_PROXY_SECRET)@cloister-gateway:3128,redis://:hunter2@cache',
  'http://agent:$(CLOISTER_PROXY_SECRET)@cloister-gateway:8443/upstreams/pypi/simple',
  'https://agent:$(CLOISTER_PROXY_SECRET)@cloister-gateway:3128',
  'https://agent:$(CLOISTER_PROXY_SECRET)@cloister-gateway:8443:hunter2@db',
  'https://agent:hunter2@cloister-gateway:8443/upstreams/pypi/simple',
];

/** URLs without one. */
export const URLS_WITHOUT_PASSWORD: readonly string[] = [
  'http://agent:$(CLOISTER_PROXY_SECRET)@cloister-gateway:3128',
  'https://agent:$(CLOISTER_PROXY_SECRET)@cloister-gateway:8443/upstreams/pypi/simple',
  '--proxy=http://agent:$(CLOISTER_PROXY_SECRET)@cloister-gateway:3128 --verbose',
  `docker://alpine@sha256:${hex(64)}`,
  `docker://alpine:3.20@sha256:${hex(64)}`,
  'http://host:9093,user@host',
  'http://host:9093;user@host',
  'https://example.com:8443/path',
  'https://example.com/a:b@c',
  'https://user@example.com:8443',
  'mailto:someone@example.com',
  // As in the JSON of a manifest.
  '{"value":"http://host:8080"},{"name":"owner","value":"someone@example.com"}',
];
