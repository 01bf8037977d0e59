import { parseQuantity } from '../../../lib/quantity.ts';
import { TEMPORARY } from '../../../policy/pod/pod-volumes.ts';
import { formatBytes } from '../../../lib/format-amount.ts';
import type { ComposeFile } from './compose-file.ts';
import { quantityOf, readScratch } from './sizes.ts';

/** What the roles take of a container. */
export interface Container {
  readonly user: number;
  readonly scratchSize: string;
  /** Limits of the container; null where it has none. */
  readonly memory: string | null;
  readonly cpus: string | null;
  /** Paths at which it reads data. */
  readonly dataPaths: readonly string[];
}

/** The container where no file for Docker Compose is given: the user and the scratch space of the chapter. */
export const USUAL_CONTAINER: Container = {
  user: 1001,
  scratchSize: '100Mi',
  memory: null,
  cpus: null,
  dataPaths: [],
};

/** The container of the one service of a file. */
export function containerOf({ services }: ComposeFile): Container {
  const [service] = Object.values(services);
  if (service === undefined) return USUAL_CONTAINER;
  const { memory, cpus } = service.deploy.resources.limits;
  const scratch = service.tmpfs.map(readScratch).find(({ path }) => path === TEMPORARY)?.bytes ?? null;
  const user = service.user?.split(':')[0];
  return {
    user: user === undefined ? USUAL_CONTAINER.user : Number(user),
    scratchSize: (scratch === null ? null : formatBytes(scratch)) ?? USUAL_CONTAINER.scratchSize,
    memory: memory === undefined ? null : quantityOf(memory),
    cpus: cpus === undefined ? null : String(cpus),
    dataPaths: service.volumes.flatMap(({ target }) => target ?? []),
  };
}

/** The lower of two quantities, of which one may not be there. */
export function lowerOf(one: string, other: string | null): string {
  if (other === null) return one;
  return (parseQuantity(one) ?? 0n) <= (parseQuantity(other) ?? 0n) ? one : other;
}
