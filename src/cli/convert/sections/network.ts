import { z } from 'zod';
import { hostName } from '../../../api/shape/hosts.ts';
import { formsOf, sortHosts, vendorOf } from '../host-forms.ts';
import {
  always,
  cannotBeKept,
  changedInForm,
  type Explanations,
  ofSwitch,
  takenOver,
  tightened,
  type Verdict,
} from '../verdict.ts';

/** What agents may reach. */
export const networkSection = z.object({
  mode: z.enum(['whitelist']).default('whitelist'),
  allowed_domains: z.array(hostName()).default([]),
  force_https: z.boolean().default(true),
  block_private_ranges: z.boolean().default(true),
  max_response_size_mb: z.int().min(1).max(1024).default(10),
});

/** The hosts, and the roles that get them. */
interface NetworkFacts {
  readonly network: z.infer<typeof networkSection>;
  readonly roles: readonly { readonly allowed_tools: readonly string[] }[];
}

export const networkExplanations: Explanations<NetworkFacts> = {
  mode: always(
    takenOver('What no role lists is refused, and a NetworkPolicy closes the pod to all but its gateway.'),
  ),
  'allowed_domains[]': (value, { document }) => explainHost(String(value), document),
  force_https: ofSwitch(
    takenOver('The gateway speaks https alone, and refuses plain HTTP.'),
    tightened(
      'There is no plain HTTP: the gateway cannot see that its answer comes from the host that was asked.',
    ),
  ),
  block_private_ranges: ofSwitch(
    takenOver(
      'Only public addresses are connected to. All addresses of a name are judged, IPv6 included, and the one that was judged is dialled.',
    ),
    tightened(
      'Addresses that are not public are never connected to. Name a Service of the cluster as an upstream instead.',
    ),
  ),
  max_response_size_mb: (value) =>
    takenOver(`maxResponseSize ${value}Mi of tools that fetch. The gateway stops to read there.`),
};

function explainHost(host: string, { network, roles }: NetworkFacts): Verdict {
  const hosts = sortHosts(network.allowed_domains);
  const canFetch = roles.some(({ allowed_tools: tools }) => tools.includes('web_search'));
  const vendor = vendorOf(host);
  if (vendor !== undefined) {
    return tightened(
      `Upstream "${vendor.name}" of each role: POST ${vendor.path} alone, with the models that the role lists. The gateway adds the key, so neither this host nor those below it are open in another way.`,
    );
  }
  const forms = formsOf(host, hosts).map((form) => `"${form}"`);
  const isConnected = hosts.connected.includes(host);
  if (!isConnected && !canFetch) {
    return cannotBeKept(
      'No role has a tool that fetches pages, so no role gets the host. Its first label is not "api".',
    );
  }
  const place = isConnected
    ? 'network.allow of each role, on port 443: its first label is "api", so a client of the agent calls it'
    : 'domains of the tool web_search, which requests pages with GET';
  return forms.length === 1
    ? tightened(
        `${forms[0]} in ${place}. Names below it are left out, because a host of an upstream is among them.`,
      )
    : changedInForm(
        `${forms.join(' and ')} in ${place}. A host of the chapter means the names below it too.`,
      );
}
