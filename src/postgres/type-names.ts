/** The object identifiers of types in `pg_type`, by their names: the same in every PostgreSQL (`src/include/catalog/pg_type.dat`). */
const TYPES =
  'bool 16 bytea 17 char 18 name 19 int8 20 int2 21 int4 23 text 25 oid 26 json 114 xml 142 point 600 lseg 601 path 602 box 603 ' +
  'polygon 604 line 628 float4 700 float8 701 unknown 705 circle 718 macaddr8 774 money 790 macaddr 829 inet 869 cidr 650 ' +
  'bpchar 1042 varchar 1043 date 1082 time 1083 timestamp 1114 timestamptz 1184 interval 1186 timetz 1266 bit 1560 varbit 1562 ' +
  'numeric 1700 uuid 2950 record 2249 tsvector 3614 tsquery 3615 jsonb 3802 jsonpath 4072 int4range 3904 numrange 3906 ' +
  'tsrange 3908 tstzrange 3910 daterange 3912 int8range 3926 int4multirange 4451 nummultirange 4532 tsmultirange 4533 ' +
  'tstzmultirange 4534 datemultirange 4535 int8multirange 4536 ' +
  'bool[] 1000 bytea[] 1001 name[] 1003 int2[] 1005 int4[] 1007 text[] 1009 varchar[] 1015 bpchar[] 1014 int8[] 1016 ' +
  'float4[] 1021 float8[] 1022 timestamp[] 1115 date[] 1182 time[] 1183 timestamptz[] 1185 interval[] 1187 numeric[] 1231 ' +
  'json[] 199 jsonb[] 3807 uuid[] 2951 inet[] 1041 cidr[] 651';

const WORDS = TYPES.split(' ');

const NAMES: ReadonlyMap<number, string> = new Map(
  WORDS.flatMap((word, index) => (index % 2 === 0 ? [[Number(WORDS[index + 1]), word] as const] : [])),
);

/** The name of a type of PostgreSQL itself; null for any other, which somebody has defined. */
export function typeName(type: number): string | null {
  return NAMES.get(type) ?? null;
}
