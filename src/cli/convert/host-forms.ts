/** A model vendor whose requests the gateway reads, and adds the key to. */
export interface ModelVendor {
  /** Name of the upstream, of its credential, and of the secret in the chapter's store. */
  readonly name: string;
  readonly host: string;
  readonly api: 'OpenAIChat' | 'AnthropicMessages';
  readonly path: string;
  readonly attach: { readonly type: 'Bearer' } | { readonly type: 'Header'; readonly header: string };
}

const VENDORS: readonly ModelVendor[] = [
  {
    name: 'openai',
    host: 'api.openai.com',
    api: 'OpenAIChat',
    path: '/v1/chat/completions',
    attach: { type: 'Bearer' },
  },
  {
    name: 'anthropic',
    host: 'api.anthropic.com',
    api: 'AnthropicMessages',
    path: '/v1/messages',
    attach: { type: 'Header', header: 'x-api-key' },
  },
];

/** Where the hosts of a configuration go. */
export interface SortedHosts {
  /** Those that the gateway calls itself, as upstreams. */
  readonly vendors: readonly ModelVendor[];
  /** Hosts of an interface for programs, by their first label: the agent connects to them with a client of its own. */
  readonly connected: readonly string[];
  /** All others: pages, which a tool fetches. */
  readonly fetched: readonly string[];
}

/** Sorts the hosts of an allow-list, each once. */
export function sortHosts(domains: readonly string[]): SortedHosts {
  const hosts = [...new Set(domains)];
  const others = hosts.filter((host) => vendorOf(host) === undefined);
  return {
    vendors: VENDORS.filter(({ host }) => hosts.includes(host)),
    connected: others.filter((host) => host.startsWith('api.')),
    fetched: others.filter((host) => !host.startsWith('api.')),
  };
}

/** The vendor at a host; undefined for every other host. */
export function vendorOf(domain: string): ModelVendor | undefined {
  return VENDORS.find(({ host }) => host === domain);
}

/**
 * The patterns that mean what the chapter's host means: the name, and every name below it. The names below are left out
 * where a vendor is among them, because a host of an upstream may not be open in another way.
 */
export function formsOf(host: string, { vendors }: SortedHosts): readonly string[] {
  return holdsVendor(host, vendors) ? [host] : [host, `*.${host}`];
}

function holdsVendor(host: string, vendors: readonly ModelVendor[]): boolean {
  return vendors.some((vendor) => vendor.host.endsWith(`.${host}`));
}
