/** What the name of a file says. It is not proven; the records in it are. */
export interface AuditFileName {
  readonly replica: string;
  /** Of the epoch. */
  readonly number: number;
  /** Of the file within its epoch, from 1. */
  readonly part: number;
}

const PATTERN = /^(?<replica>[a-z0-9][a-z0-9.-]*)\.(?<number>\d{8})\.(?<part>\d{6})\.jsonl$/;

/** `<replica>.<epoch, 8 digits>.<part, 6 digits>.jsonl`: sorted by name, the files of a replica are in order. */
export function auditFileName({ replica, number, part }: AuditFileName): string {
  return `${replica}.${String(number).padStart(8, '0')}.${String(part).padStart(6, '0')}.jsonl`;
}

/** Returns null for any other file. */
export function parseAuditFileName(name: string): AuditFileName | null {
  const groups = PATTERN.exec(name)?.groups;
  if (groups === undefined) return null;
  return {
    replica: groups['replica'] ?? '',
    number: Number(groups['number']),
    part: Number(groups['part']),
  };
}
