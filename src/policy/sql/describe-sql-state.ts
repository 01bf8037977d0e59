/**
 * What a code of PostgreSQL means, by the code or by its class, the first two characters (its documentation, appendix A). PostgreSQL's
 * own message is never told: that of a duplicate key holds the values of the row that is there, whoever's it is.
 */
const MEANINGS: Readonly<Record<string, string>> = {
  '08P01': 'The statement and the values of its parameters do not fit together.',
  '0A': 'The database does not support what the statement does.',
  '21': 'A subquery returned more than one row where one is expected, or a row is changed twice.',
  '22': 'A value cannot be used as the statement does, such as a text that is too long or an argument that is out of range.',
  '22003': 'A number is out of the range of its type.',
  '22007': 'A text is not a date or a time.',
  '22008': 'A date or a time is out of range.',
  '22012': 'The statement divides by zero.',
  '22P02': 'A text is not in the form of the type that it is used as.',
  '23': 'A constraint of a table refuses the row.',
  '23502': 'A column that must have a value has none.',
  '23503': 'The row refers to one that does not exist, or is referred to.',
  '23505': 'The row has a key that another row has.',
  '23514': 'The row breaks a check of its table.',
  '25006': 'The database, or the transaction, can only be read.',
  '40': 'Another transaction was in the way. Send the statement again.',
  '42': 'The statement names or combines what it cannot.',
  '42501': 'The login of the sandbox may not do this, or the row is not one of the tenant.',
  '42601': 'The statement cannot be read as SQL by this version of PostgreSQL.',
  '42702': 'The name of a column is ambiguous.',
  '42703': 'A column does not exist.',
  '42725': 'It is ambiguous which function or operator is meant. Cast its arguments.',
  '42803': 'A column must be in GROUP BY, or in an aggregate.',
  '42804': 'A value has another type than is expected there. Cast it.',
  '42883': 'No function or operator takes arguments of these types. Cast them.',
  '42P01': 'A table does not exist.',
  '42P02': 'A parameter has no value.',
  '42P08': 'The type of a parameter cannot be found out. Cast it, as in $1::int.',
  '42P18': 'The type of a parameter cannot be found out. Cast it, as in $1::int.',
  '44': 'The row is not one that may be written there.',
  '53': 'The database has no room for what the statement needs.',
  '54': 'The statement is too large or too deeply nested.',
  '55P03': 'Another transaction holds a lock. Send the statement again.',
  P0: 'A rule of the database itself refuses the statement.',
};

const OTHER = 'The database could not run the statement.';

/** Says to an agent why PostgreSQL refused a statement, by its code. */
export function describeSqlState(sqlState: string): string {
  return MEANINGS[sqlState] ?? MEANINGS[sqlState.slice(0, 2)] ?? OTHER;
}
