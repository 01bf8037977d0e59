/**
 * Functions of `pg_catalog` that read nothing but their arguments and the clock, reviewed for PostgreSQL 14 to 18. Left out
 * on purpose: what reads catalogs or settings, files, large objects, sequences or other servers; what signals, sleeps, locks
 * or notifies; what runs a statement or names a table in a text (`query_to_xml`, `table_to_xml`, `ts_stat`, `ts_rewrite`); and
 * `pg_typeof`, which a text is compared with as the name of a type, and each table has a type.
 * XML functions are left out: they give the database's XML library texts of the agent's.
 */
const MATH =
  'abs cbrt ceil ceiling degrees div exp factorial floor gcd lcm ln log log10 mod pi pow power radians round scale sign ' +
  'sqrt trim_scale trunc width_bucket min_scale random random_normal erf erfc gamma lgamma acos acosd asin asind atan atand ' +
  'atan2 atan2d cos cosd cot cotd sin sind tan tand sinh cosh tanh asinh acosh atanh';

const TEXT =
  'ascii bit_count bit_length btrim casefold char_length character_length chr concat concat_ws convert_from convert_to decode ' +
  'encode format get_bit get_byte initcap is_normalized left length like_escape lower lpad ltrim md5 normalize octet_length ' +
  'overlay parse_ident position quote_ident quote_literal quote_nullable regexp_count regexp_instr regexp_like ' +
  'regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr repeat replace ' +
  'reverse right rpad rtrim set_bit set_byte sha224 sha256 sha384 sha512 crc32 crc32c similar_to_escape similar_escape ' +
  'split_part starts_with string_to_array string_to_table strpos substr substring to_hex to_bin to_oct translate unistr ' +
  'upper text varchar bpchar hashtext hashtextextended pg_size_pretty pg_size_bytes';

const TIME =
  'age clock_timestamp date date_add date_bin date_part date_subtract date_trunc extract isfinite justify_days justify_hours ' +
  'justify_interval make_date make_interval make_time make_timestamp make_timestamptz now overlaps statement_timestamp ' +
  'timeofday timezone to_char to_date to_number to_timestamp transaction_timestamp timestamp timestamptz time timetz interval';

const IDENTIFIERS = 'gen_random_uuid uuidv4 uuidv7 uuid_extract_timestamp uuid_extract_version';

const CONVERSIONS = 'bool int2 int4 int8 float4 float8 numeric num_nonnulls num_nulls pg_column_size';

const ARRAYS =
  'array_append array_cat array_dims array_fill array_length array_lower array_ndims array_position array_positions ' +
  'array_prepend array_remove array_replace array_reverse array_sample array_shuffle array_sort array_to_string array_upper ' +
  'cardinality trim_array unnest generate_series generate_subscripts';

const JSON_FUNCTIONS =
  'array_to_json json_array_elements json_array_elements_text json_array_length json_build_array json_build_object json_each ' +
  'json_each_text json_extract_path json_extract_path_text json_object json_object_keys json_strip_nulls json_to_record ' +
  'json_to_recordset json_typeof jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array ' +
  'jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object ' +
  'jsonb_object_keys jsonb_path_exists jsonb_path_exists_tz jsonb_path_match jsonb_path_match_tz jsonb_path_query ' +
  'jsonb_path_query_array jsonb_path_query_array_tz jsonb_path_query_first jsonb_path_query_first_tz jsonb_path_query_tz ' +
  'jsonb_pretty jsonb_set jsonb_set_lax jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof row_to_json ' +
  'to_json to_jsonb';

const AGGREGATES =
  'any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp every json_agg ' +
  'json_agg_strict json_object_agg json_object_agg_strict json_object_agg_unique json_object_agg_unique_strict jsonb_agg ' +
  'jsonb_agg_strict jsonb_object_agg jsonb_object_agg_strict jsonb_object_agg_unique jsonb_object_agg_unique_strict max min ' +
  'mode percentile_cont percentile_disc range_agg range_intersect_agg regr_avgx regr_avgy regr_count regr_intercept regr_r2 ' +
  'regr_slope regr_sxx regr_sxy regr_syy stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance';

const WINDOWS =
  'cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number';

const RANGES =
  'daterange int4range int8range numrange tsrange tstzrange datemultirange int4multirange int8multirange nummultirange ' +
  'tsmultirange tstzmultirange isempty lower_inc lower_inf upper_inc upper_inf range_merge multirange';

const NETWORK =
  'abbrev broadcast family host hostmask inet_merge inet_same_family masklen netmask network set_masklen';

const TEXT_SEARCH =
  'array_to_tsvector json_to_tsvector jsonb_to_tsvector numnode phraseto_tsquery plainto_tsquery querytree setweight strip to_tsquery to_tsvector ts_delete ' +
  'ts_filter ts_headline ts_rank ts_rank_cd tsquery_phrase tsvector_to_array websearch_to_tsquery';

const GEOMETRY =
  'area bound_box box center circle diagonal diameter height isclosed isopen line lseg npoints path pclose point polygon popen ' +
  'radius slope width';

export const SQL_FUNCTIONS: ReadonlySet<string> = new Set(
  [
    MATH,
    TEXT,
    TIME,
    IDENTIFIERS,
    CONVERSIONS,
    ARRAYS,
    JSON_FUNCTIONS,
    AGGREGATES,
    WINDOWS,
    RANGES,
    NETWORK,
    TEXT_SEARCH,
    GEOMETRY,
  ].flatMap((names) => names.split(' ')),
);

/**
 * Functions of text search that may be told a configuration first, and how many arguments they have then. PostgreSQL looks a text
 * there up in the catalogs, as by a cast to `regconfig`.
 */
export const SQL_CONFIGURED_FUNCTIONS: ReadonlyMap<string, number> = new Map([
  ['to_tsvector', 2],
  ['to_tsquery', 2],
  ['plainto_tsquery', 2],
  ['phraseto_tsquery', 2],
  ['websearch_to_tsquery', 2],
  ['ts_headline', 3],
  ['json_to_tsvector', 3],
  ['jsonb_to_tsvector', 3],
]);

/** The configurations of text search that PostgreSQL 14 to 18 have themselves. */
export const SQL_CONFIGURATIONS: ReadonlySet<string> = new Set(
  (
    'simple arabic armenian basque catalan danish dutch english estonian finnish french german greek hindi hungarian ' +
    'indonesian irish italian lithuanian nepali norwegian portuguese romanian russian serbian spanish swedish tamil turkish yiddish'
  ).split(' '),
);

/** Types of `pg_catalog` whose text form names nothing in the catalogs: none of the `reg…` types, `oid`, `name` or `xml`. */
export const SQL_TYPES: ReadonlySet<string> = new Set(
  (
    'bool int2 int4 int8 float4 float8 numeric text varchar bpchar bytea bit varbit date time timetz timestamp timestamptz ' +
    'interval uuid json jsonb jsonpath inet cidr macaddr macaddr8 money tsvector tsquery point line lseg box path polygon ' +
    'circle int4range int8range numrange tsrange tstzrange daterange int4multirange int8multirange nummultirange tsmultirange ' +
    'tstzmultirange datemultirange'
  ).split(' '),
);

/** Operators of `pg_catalog`. One that only an extension or a person has defined calls a function that the statement hides. */
export const SQL_OPERATORS: ReadonlySet<string> = new Set(
  (
    '= <> < > <= >= + - * / % ^ |/ ||/ @ & | # ~ << >> || ~~ !~~ ~~* !~~* ~* !~ !~* ^@ -> ->> #> #>> #- @> <@ ? ?| ?& @? @@ ' +
    '&& &< &> <<| |>> &<| |&> -|- <-> <<= >>= ~= ## ?- ?# ?-| ?|| @-@ !! *= *<> *< *> *<= *>= ~<~ ~<=~ ~>~ ~>=~'
  ).split(' '),
);

/** Names that the grammar gives to what looks like an operator: each calls the ones it is made of. */
export const SQL_OPERATOR_WORDS: ReadonlySet<string> = new Set([
  'BETWEEN',
  'NOT BETWEEN',
  'BETWEEN SYMMETRIC',
  'NOT BETWEEN SYMMETRIC',
]);
