import type { FileSink } from './file-sink.ts';

export interface RoomLimits {
  /** Of all files of the replica. */
  readonly maxBytes: number;
  /** The part of them that only containment and the log itself may use. */
  readonly reservedBytes: number;
  /** Bytes of one sandbox in one epoch. */
  readonly maxBytesOfSandbox: number;
}

/** Room on the disk that nothing else can take until it is released. */
export interface KeptRoom {
  /** Does nothing the second time. */
  readonly release: () => void;
}

const ALL_USED = 'the disk space for the audit is used up';
const SHARE_USED = 'this sandbox or pod has used up its share of the disk space for the audit';

/** The disk space of the audit: what is written, and what is kept for records that will be. Without files it has no bounds. */
export class DiskRoom {
  readonly #file: FileSink | null;
  readonly #limits: RoomLimits;
  /** Written and kept, by source. */
  readonly #bytesOf = new Map<string, number>();
  #kept = 0;

  constructor(file: FileSink | null, limits: RoomLimits) {
    this.#file = file;
    this.#limits = limits;
  }

  /** Says why there is no room; null where there is. Records of no source, such as the log's own, have no share. */
  refusalOf(source: string, bytes: number, isReserved = false): string | null {
    if (this.#file === null) return null;
    const { maxBytes, reservedBytes, maxBytesOfSandbox } = this.#limits;
    const limit = isReserved ? maxBytes : maxBytes - reservedBytes;
    if (this.#file.usedBytes() + this.#kept + bytes > limit) return ALL_USED;
    if (isReserved || source === '') return null;
    return (this.#bytesOf.get(source) ?? 0) + bytes > maxBytesOfSandbox ? SHARE_USED : null;
  }

  /** Keeps room whether there is any or not: ask before. */
  keep(source: string, bytes: number): KeptRoom {
    let kept = bytes;
    this.#kept += kept;
    this.#count(source, kept);
    return {
      release: () => {
        this.#kept -= kept;
        this.#count(source, -kept);
        kept = 0;
      },
    };
  }

  /** Counts what was written against the share of its source. */
  written(source: string, bytes: number): void {
    this.#count(source, bytes);
  }

  #count(source: string, bytes: number): void {
    if (source === '') return;
    const sum = (this.#bytesOf.get(source) ?? 0) + bytes;
    if (sum > 0) this.#bytesOf.set(source, sum);
    else this.#bytesOf.delete(source);
  }
}
