/** Names that do not follow from the type's name. */
const NAMES: Readonly<Record<string, string>> = {
  CheckPointStmt: 'CHECKPOINT',
  ClosePortalStmt: 'CLOSE',
  ConstraintsSetStmt: 'SET CONSTRAINTS',
  CreateStmt: 'CREATE TABLE',
  CreateTableAsStmt: 'CREATE TABLE AS or CREATE MATERIALIZED VIEW',
  CreateTrigStmt: 'CREATE TRIGGER',
  CurrentOfExpr: 'WHERE CURRENT OF',
  DeclareCursorStmt: 'DECLARE',
  GrantStmt: 'GRANT or REVOKE',
  IndexStmt: 'CREATE INDEX',
  LockStmt: 'LOCK TABLE',
  RangeTableFunc: 'XMLTABLE',
  RefreshMatViewStmt: 'REFRESH MATERIALIZED VIEW',
  RuleStmt: 'CREATE RULE',
  SecLabelStmt: 'SECURITY LABEL',
  TransactionStmt: 'transaction control',
  VacuumStmt: 'VACUUM or ANALYZE',
  VariableSetStmt: 'SET or RESET',
  VariableShowStmt: 'SHOW',
  ViewStmt: 'CREATE VIEW',
  XmlExpr: 'an XML function',
  XmlSerialize: 'XMLSERIALIZE',
};

/** The type of a node of the parse tree as a person knows it: `CREATE ROLE` for `CreateRoleStmt`. */
export function describeNode(type: string): string {
  const known = Object.hasOwn(NAMES, type) ? NAMES[type] : undefined;
  if (known !== undefined) return known;
  if (!type.endsWith('Stmt')) return `the node ${type}`;
  return type
    .slice(0, -'Stmt'.length)
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();
}
