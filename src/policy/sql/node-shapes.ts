/**
 * The fields of one type of node of PostgreSQL's parse tree, by how they are read: scalars that carry nothing to check; a node
 * or nodes under the names of their types; what `check-node.ts` looks at; and nodes that stand there without a name.
 */
export interface Shape {
  readonly values?: string;
  readonly nodes?: string;
  readonly lists?: string;
  readonly checked?: string;
  /** The types by the fields. */
  readonly inline?: Readonly<Record<string, string>>;
}

/** Every type of node that may occur in a statement, with every field that it may have: those of the grammar of PostgreSQL 18. */
export const NODE_SHAPES: Readonly<Record<string, Shape>> = {
  // Statements
  SelectStmt: {
    values: 'groupDistinct limitOption op all',
    nodes: 'whereClause havingClause limitOffset limitCount',
    lists: 'distinctClause targetList fromClause groupClause windowClause valuesLists sortClause',
    checked: 'intoClause lockingClause',
    inline: { withClause: 'WithClause', larg: 'SelectStmt', rarg: 'SelectStmt' },
  },
  InsertStmt: {
    values: 'override',
    nodes: 'selectStmt',
    lists: 'cols',
    checked: 'relation',
    inline: {
      onConflictClause: 'OnConflictClause',
      returningClause: 'ReturningClause',
      withClause: 'WithClause',
    },
  },
  UpdateStmt: {
    nodes: 'whereClause',
    lists: 'targetList fromClause',
    checked: 'relation',
    inline: { returningClause: 'ReturningClause', withClause: 'WithClause' },
  },
  DeleteStmt: {
    nodes: 'whereClause',
    lists: 'usingClause',
    checked: 'relation',
    inline: { returningClause: 'ReturningClause', withClause: 'WithClause' },
  },
  MergeStmt: {
    nodes: 'sourceRelation joinCondition',
    lists: 'mergeWhenClauses',
    checked: 'relation',
    inline: { returningClause: 'ReturningClause', withClause: 'WithClause' },
  },
  MergeWhenClause: {
    values: 'matchKind override',
    nodes: 'condition',
    lists: 'targetList values',
    checked: 'commandType',
  },
  OnConflictClause: {
    nodes: 'whereClause',
    lists: 'targetList',
    checked: 'action',
    inline: { infer: 'InferClause' },
  },
  InferClause: { values: 'conname', nodes: 'whereClause', lists: 'indexElems' },
  IndexElem: { values: 'name ordering nulls_ordering', nodes: 'expr', checked: 'collation' },
  ReturningClause: { lists: 'options exprs' },
  ReturningOption: { values: 'option value' },
  WithClause: { values: 'recursive', lists: 'ctes' },
  CommonTableExpr: {
    values: 'ctename ctematerialized',
    nodes: 'ctequery',
    lists: 'aliascolnames',
    inline: { search_clause: 'CTESearchClause', cycle_clause: 'CTECycleClause' },
  },
  CTESearchClause: { values: 'search_breadth_first search_seq_column', lists: 'search_col_list' },
  CTECycleClause: {
    values: 'cycle_mark_column cycle_path_column',
    nodes: 'cycle_mark_value cycle_mark_default',
    lists: 'cycle_col_list',
  },

  // What stands in FROM
  RangeVar: {
    values: 'inh',
    checked: 'catalogname schemaname relname relpersistence',
    inline: { alias: 'Alias' },
  },
  RangeSubselect: { values: 'lateral', nodes: 'subquery', inline: { alias: 'Alias' } },
  RangeFunction: {
    values: 'lateral ordinality is_rowsfrom',
    lists: 'functions coldeflist',
    inline: { alias: 'Alias' },
  },
  RangeTableSample: { nodes: 'relation repeatable', lists: 'args', checked: 'method' },
  JoinExpr: {
    values: 'jointype isNatural rtindex',
    nodes: 'larg rarg quals',
    lists: 'usingClause',
    inline: { join_using_alias: 'Alias', alias: 'Alias' },
  },
  Alias: { values: 'aliasname', lists: 'colnames' },
  ColumnDef: {
    values: 'colname is_local',
    inline: { typeName: 'TypeName', collClause: 'CollateClause' },
  },

  // Expressions
  ResTarget: { values: 'name', nodes: 'val', lists: 'indirection' },
  MultiAssignRef: { values: 'colno ncolumns', nodes: 'source' },
  SetToDefault: {},
  ColumnRef: { lists: 'fields' },
  ParamRef: { checked: 'number' },
  A_Const: {
    values: 'isnull',
    inline: { ival: 'Integer', fval: 'Float', boolval: 'Boolean', sval: 'String', bsval: 'BitString' },
  },
  A_Expr: { values: 'kind rexpr_list_start rexpr_list_end', nodes: 'lexpr rexpr', checked: 'name' },
  A_ArrayExpr: { values: 'list_start list_end', lists: 'elements' },
  A_Indirection: { nodes: 'arg', lists: 'indirection' },
  A_Indices: { values: 'is_slice', nodes: 'lidx uidx' },
  A_Star: {},
  BoolExpr: { values: 'boolop', lists: 'args' },
  NullTest: { values: 'nulltesttype argisrow', nodes: 'arg' },
  BooleanTest: { values: 'booltesttype', nodes: 'arg' },
  CaseExpr: { nodes: 'arg defresult', lists: 'args' },
  CaseWhen: { nodes: 'expr result' },
  CoalesceExpr: { lists: 'args' },
  MinMaxExpr: { values: 'op', lists: 'args' },
  RowExpr: { values: 'row_format', lists: 'args colnames' },
  SubLink: { values: 'subLinkType subLinkId', nodes: 'testexpr subselect', checked: 'operName' },
  TypeCast: { nodes: 'arg', inline: { typeName: 'TypeName' } },
  TypeName: { values: 'typemod', lists: 'typmods arrayBounds', checked: 'names typeOid setof pct_type' },
  CollateClause: { nodes: 'arg', checked: 'collname' },
  FuncCall: {
    values: 'agg_within_group agg_star agg_distinct func_variadic funcformat',
    nodes: 'agg_filter',
    lists: 'args agg_order',
    checked: 'funcname',
    inline: { over: 'WindowDef' },
  },
  NamedArgExpr: { values: 'name argnumber', nodes: 'arg' },
  SQLValueFunction: { values: 'typmod', checked: 'op' },
  MergeSupportFunc: { values: 'msftype' },
  GroupingFunc: { lists: 'args' },
  GroupingSet: { values: 'kind', lists: 'content' },
  SortBy: { values: 'sortby_dir sortby_nulls', nodes: 'node', checked: 'useOp' },
  WindowDef: {
    values: 'name refname frameOptions',
    nodes: 'startOffset endOffset',
    lists: 'partitionClause orderClause',
  },

  // SQL/JSON
  JsonFormat: { values: 'format_type encoding' },
  JsonReturning: { values: 'typid typmod', inline: { format: 'JsonFormat' } },
  JsonOutput: { inline: { typeName: 'TypeName', returning: 'JsonReturning' } },
  JsonValueExpr: { nodes: 'raw_expr formatted_expr', inline: { format: 'JsonFormat' } },
  JsonArgument: { values: 'name', inline: { val: 'JsonValueExpr' } },
  JsonKeyValue: { nodes: 'key', inline: { value: 'JsonValueExpr' } },
  JsonBehavior: { values: 'btype coerce', nodes: 'expr' },
  JsonIsPredicate: { values: 'item_type unique_keys', nodes: 'expr', inline: { format: 'JsonFormat' } },
  JsonFuncExpr: {
    values: 'op column_name wrapper quotes',
    nodes: 'pathspec',
    lists: 'passing',
    inline: {
      context_item: 'JsonValueExpr',
      output: 'JsonOutput',
      on_empty: 'JsonBehavior',
      on_error: 'JsonBehavior',
    },
  },
  JsonTable: {
    values: 'lateral',
    lists: 'passing columns',
    inline: {
      context_item: 'JsonValueExpr',
      pathspec: 'JsonTablePathSpec',
      on_error: 'JsonBehavior',
      alias: 'Alias',
    },
  },
  JsonTablePathSpec: { values: 'name name_location', nodes: 'string' },
  JsonTableColumn: {
    values: 'coltype name wrapper quotes',
    lists: 'columns',
    inline: {
      typeName: 'TypeName',
      pathspec: 'JsonTablePathSpec',
      format: 'JsonFormat',
      on_empty: 'JsonBehavior',
      on_error: 'JsonBehavior',
    },
  },
  JsonParseExpr: { values: 'unique_keys', inline: { expr: 'JsonValueExpr', output: 'JsonOutput' } },
  JsonScalarExpr: { nodes: 'expr', inline: { output: 'JsonOutput' } },
  JsonSerializeExpr: { inline: { expr: 'JsonValueExpr', output: 'JsonOutput' } },
  JsonObjectConstructor: {
    values: 'absent_on_null unique',
    lists: 'exprs',
    inline: { output: 'JsonOutput' },
  },
  JsonArrayConstructor: { values: 'absent_on_null', lists: 'exprs', inline: { output: 'JsonOutput' } },
  JsonArrayQueryConstructor: {
    values: 'absent_on_null',
    nodes: 'query',
    inline: { output: 'JsonOutput', format: 'JsonFormat' },
  },
  JsonAggConstructor: {
    nodes: 'agg_filter',
    lists: 'agg_order',
    inline: { output: 'JsonOutput', over: 'WindowDef' },
  },
  JsonObjectAgg: {
    values: 'absent_on_null unique',
    inline: { constructor: 'JsonAggConstructor', arg: 'JsonKeyValue' },
  },
  JsonArrayAgg: {
    values: 'absent_on_null',
    inline: { constructor: 'JsonAggConstructor', arg: 'JsonValueExpr' },
  },

  // Leaves
  List: { lists: 'items' },
  String: { values: 'sval' },
  Integer: { values: 'ival' },
  Float: { values: 'fval' },
  Boolean: { values: 'boolval' },
  BitString: { values: 'bsval' },
};
