import { echoHosts } from './destinations.ts';
import { beRefused, openEchoTunnel, type OpenTunnel, type TunnelTarget, useEchoTunnel } from './tunnels.ts';

/** One in so many asks for a host that the role does not allow. */
export const REFUSED_ONE_IN = 100;

/**
 * Opens, uses and ends `count` tunnels with so many under way, to all hosts in turn. Every answer is checked. Resolves to the
 * milliseconds that each took from the connection to the end, the refused ones left out.
 */
export async function runTunnels(
  target: TunnelTarget,
  count: number,
  inFlight: number,
): Promise<readonly number[]> {
  const hosts = echoHosts();
  const milliseconds: number[] = [];
  let next = 0;
  const useInTurn = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      if (target.refusedHost !== null && index % REFUSED_ONE_IN === REFUSED_ONE_IN - 1) {
        await beRefused(target, target.refusedHost, index);
        continue;
      }
      const started = performance.now();
      await useEchoTunnel(target, hosts[index % hosts.length] ?? '', index);
      milliseconds.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, useInTurn));
  return milliseconds;
}

/** Tunnels that carry nothing. */
export interface IdleTunnels {
  /** Opens more of them until there are `count`. */
  readonly fill: (count: number) => Promise<void>;
  /** How many are open; an end that nobody asked for is counted out. */
  readonly open: () => number;
  readonly close: () => void;
}

const OPENING = 50;

export function holdTunnels(target: TunnelTarget): IdleTunnels {
  const hosts = echoHosts();
  const held: OpenTunnel[] = [];
  let opened = 0;
  return {
    fill: async (count) => {
      const openInTurn = async (): Promise<void> => {
        while (opened < count) {
          const index = opened++;
          held.push(await openEchoTunnel(target, hosts[index % hosts.length] ?? '', index));
        }
      };
      await Promise.all(Array.from({ length: OPENING }, openInTurn));
    },
    open: () => held.filter(({ socket }) => !socket.readableEnded && !socket.destroyed).length,
    close: () => {
      for (const { socket } of held) socket.destroy();
      held.length = 0;
    },
  };
}
