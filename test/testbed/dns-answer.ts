/** What the DNS says about a name: its canonical name, its addresses, or nothing at all. */
export interface DNSRecords {
  readonly alias?: string;
  readonly A?: readonly string[];
  /** Eight groups each, without `::`. */
  readonly AAAA?: readonly string[] | 'Silent';
}

/** The records of names, in lower case. A name that is not there does not exist. */
export type DNSZone = Readonly<Record<string, DNSRecords>>;

const TYPES = { A: 1, CNAME: 5, AAAA: 28 } as const;
const NAME_ERROR = 3;

/** Returns the name that a query asks for, as it came (RFC 1035). Throws a `RangeError` where it is none. */
export function readQuestion(query: Buffer): {
  readonly name: string;
  readonly type: number;
  readonly end: number;
} {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.subarray(at + 1, at + 1 + length).toString('latin1'));
    at += 1 + length;
  }
  return { name: labels.join('.'), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** Returns what a server of the zone answers a query; null where it is silent. Throws a `RangeError` for what is no query. */
export function answerQuery(query: Buffer, zone: DNSZone): Buffer | null {
  const { name, end, type } = readQuestion(query);
  const records = zone[name];
  const target = records?.alias === undefined ? records : zone[records.alias];
  const found = addressesOf(target, type);
  if (found === 'Silent') return null;
  const alias =
    records?.alias === undefined ? [] : [record(TYPES.CNAME, encodeName(records.alias), encodeName(name))];
  const owner = encodeName(records?.alias ?? name);
  const answers = [...alias, ...found.map((text) => record(type, encodeAddress(text), owner))];
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | (records === undefined ? NAME_ERROR : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(answers.length, 6);
  return Buffer.concat([header, query.subarray(12, end), ...answers]);
}

function addressesOf(records: DNSRecords | undefined, type: number): readonly string[] | 'Silent' {
  if (type === TYPES.AAAA) return records?.AAAA ?? [];
  return type === TYPES.A ? (records?.A ?? []) : [];
}

function record(type: number, content: Buffer, owner: Buffer): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt16BE(content.length, 8);
  return Buffer.concat([owner, fixed, content]);
}

function encodeName(name: string): Buffer {
  const labels = name.split('.').flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]);
  return Buffer.concat([...labels, Buffer.from([0])]);
}

function encodeAddress(text: string): Buffer {
  if (text.includes('.')) return Buffer.from(text.split('.').map(Number));
  return Buffer.concat(text.split(':').map((group) => Buffer.from(group.padStart(4, '0'), 'hex')));
}
