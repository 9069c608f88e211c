/**
 * The grammar of CRUSH.
 *
 * Three things shape it:
 *
 * - A newline ends an expression wherever a statement may end, and is white space elsewhere, so the external
 *   scanner produces `_newline` (see src/scanner.c). Statements may also follow each other on one line.
 * - `Name {` is a struct literal or the head of a block; the scanner tells the two braces apart.
 * - Some external tokens are never produced. They only tell the scanner where it stands, so that a line that
 *   stops short is closed at its end and does not swallow the next one.
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

const PREC = {
  greedy: -1, // lambda and await: the body takes all it can
  pipeline: 10,
  range: 15,
  or: 20,
  and: 30,
  equality: 40,
  comparison: 50,
  sum: 60,
  product: 70,
  unary: 75,
  postfix: 80,
  call: 90,
};

/** Every spelling of a keyword; the first is the one the tree shows. */
const SPELLINGS = {
  let: ['let', 'manau', '设', 'させ'],
  fn: ['fn', 'karya', '函数', '関数'],
  if: ['if', 'yadi', '如果', 'もし'],
  else: ['else', 'natra', '否则', 'それ以外'],
  while: ['while', 'jaba_samma', '只要', '間'],
  return: ['return', 'farkau', '返回', '戻る'],
  true: ['true', 'sahi', '真', '本当'],
  false: ['false', 'galat', '假', '偽'],
};

const RESERVED = [
  'mut', 'for', 'in', 'try', 'catch', 'throw', 'break', 'continue', 'struct', 'use', 'capability', 'async',
  'await', 'spawn', 'yield', 'new', 'export', 'import', 'match', 'null', 'and', 'or', 'not', 'lang',
];

/** @param {GrammarSymbols<string>} $ @param {string} name */
function keyword($, name) {
  return alias($[`_${name}`], name);
}

/** @param {RuleOrLiteral} rule */
function commaSeparated(rule) {
  return optional(seq(rule, repeat(seq(',', rule)), optional(',')));
}

const LETTER = '\\p{Alphabetic}_';
const WORD = `[${LETTER}][${LETTER}\\p{N}]*`;
const LINE = '(\\r*[^\\r\\n])*';

/** Polyglot languages by how their strings and comments hide a brace. */
const GUESTS = {
  python: ['python', 'python3', 'py'],
  shell: ['bash', 'sh', 'zsh', 'shell', 'ruby', 'rb', 'perl', 'r', 'R', 'elixir', 'julia', 'awk'],
  script: ['javascript', 'js', 'typescript', 'ts', 'jsx', 'tsx', 'node', 'deno', 'bun', 'go', 'golang'],
  native: ['rust', 'rs', 'c', 'cpp', 'java', 'kotlin', 'swift', 'csharp', 'cs', 'zig', 'scala', 'dart', 'php'],
};

/**
 * `@language[dependencies] -> outputs { body }`.
 * @param {GrammarSymbols<string>} $
 * @param {RuleOrLiteral} language
 * @param {RuleOrLiteral} body
 */
function polyglot($, language, body) {
  return seq(
    '@',
    field('language', alias(token.immediate(language), $.language_name)),
    optional(field('dependencies', $.polyglot_dependencies)),
    optional(field('outputs', $.polyglot_outputs)),
    '{',
    optional(field('body', alias(body, $.polyglot_body))),
    '}',
  );
}

module.exports = grammar({
  name: 'crush',

  word: $ => $.identifier,

  reserved: { global: $ => [...Object.keys(SPELLINGS).map((name) => $[`_${name}`]), ...RESERVED] },

  extras: $ => [/[\s\u{85}\u{A0}\u{1680}\u{2000}-\u{200A}\u{2028}\u{2029}\u{202F}\u{205F}\u{3000}]/u, $.comment],

  externals: $ => [
    $._newline,
    $._block_open,
    $._struct_open,
    $._double_content,
    $._single_content,
    $._triple_content,
    $._python_body,
    $._shell_body,
    $._script_body,
    $._native_body,
    $._plain_body,
    $._case, // `case` and `fallback` are words of a switch and names everywhere else
    $._fallback,
    $._line_before_else,
    // Never produced; they say what the scanner may do.
    $._same_line, // what comes next must begin on this line
    $._no_statement, // a line that begins a statement breaks off what was open
    $._head_value, // the value in the head of a block is to come
    $._incomplete, // stands in for what is missing
    $._brace_may_follow, // a `{` on a later line still belongs to this
    $._error_sentinel, // valid only while recovering from an error
  ],

  supertypes: $ => [$.statement, $.declaration, $.expression, $.pattern],

  inline: $ => [$._head, $._operand, $._value, $._name],

  conflicts: $ => [
    [$.expression, $.path_expression], // `a[b::c]` is a path, `a[b::2]` a slice
  ],

  rules: {
    // After an edit, the parser takes every item of a repeat over one by one, however long the file. In bundles it takes
    // over sixteen at once.
    source_file: $ => repeat($._bundle),

    _bundle: $ => prec.right(upTo(16, $._item)),

    _item: $ => choice($._line, $._declaration_line, alias($._newline, '\n')),

    ...Object.fromEntries(Object.entries(SPELLINGS).map(([name, words]) => [`_${name}`, _ => token(choice(...words))])),

    // Rules of their own, not inlined: as one subtree each, a line is taken over whole after an edit elsewhere.
    _line: $ => ended($, $.statement),

    _declaration_line: $ => ended($, $.declaration),

    _statements: $ => repeat1(choice($._line, alias($._newline, '\n'))),

    // Declarations: only at the top of a file

    declaration: $ => choice(
      $.function_definition,
      $.impl_block,
      $.trait_definition,
      $.capability_declaration,
      $.annotation,
    ),

    function_definition: $ => prec(1, seq(
      optional('pub'),
      optional('async'),
      keyword($, 'fn'),
      field('name', $.identifier),
      field('parameters', $.parameters),
      optional($._return_type),
      field('body', $.block),
    )),

    parameters: $ => seq('(', commaSeparated($.parameter), ')'),

    parameter: $ => seq(field('name', $.identifier), optional($._type_annotation)),

    // The type may be left out, as in the reference.
    _type_annotation: $ => prec.right(seq(':', optional(field('type', choice($.type, $._same_line))))),

    _return_type: $ => seq('->', field('return_type', $.type)),

    type: $ => $.identifier,

    impl_block: $ => prec(1, seq(
      'impl',
      optional(seq(field('trait', $.identifier), 'for')),
      field('type', $.identifier),
      field('body', alias($._impl_methods, $.method_list)),
    )),

    trait_definition: $ => prec(1, seq(
      'trait',
      field('name', $.identifier),
      field('body', alias($._trait_methods, $.method_list)),
    )),

    _impl_methods: $ => seq(
      '{',
      repeat(choice(alias($._method, $.function_definition), ';', alias($._newline, '\n'))),
      '}',
    ),

    _trait_methods: $ => seq(
      '{',
      repeat(choice(alias($._method, $.function_definition), $.function_signature, ';', alias($._newline, '\n'))),
      '}',
    ),

    _method_head: $ => seq(
      optional('async'),
      keyword($, 'fn'),
      field('name', choice($.identifier, alias('new', $.identifier))),
      field('parameters', $.parameters),
      optional($._return_type),
    ),

    _method: $ => seq($._method_head, field('body', $.block)),

    function_signature: $ => $._method_head,

    capability_declaration: $ => prec.right(seq(
      'capability',
      field('name', choice($.identifier, $._same_line)),
      optional(field('access', $.identifier)),
    )),

    // Statements

    statement: $ => choice(
      $.let_statement,
      $.assignment_statement,
      $.expression_statement,
      $.return_statement,
      $.throw_statement,
      $.break_statement,
      $.continue_statement,
      $.yield_statement,
      $.while_statement,
      $.for_statement,
      $.try_statement,
      $.struct_definition,
      $.module_import,
      $.capability_import,
      $.mcp_import,
      $.language_import,
      $.external_import,
      $.export_statement,
      $.semantic_switch_statement,
      $.polyglot_block,
    ),

    block: $ => seq(
      choice('{', alias($._block_open, '{')),
      optional($._statements),
      '}',
    ),

    // After `|x|` and `=>` a brace always opens a block, never a map.
    _body_block: $ => seq(alias($._block_open, '{'), optional($._statements), '}'),

    // A value that may begin on a later line, unless that line begins a statement.
    _operand: $ => choice($.expression, $._no_statement),

    // A value that has to begin on the same line.
    _value: $ => choice($.expression, $._same_line),

    // A value with a block behind it.
    _head: $ => choice($.expression, $._same_line, $._head_value),

    _name: $ => choice($.identifier, $._same_line),

    let_statement: $ => seq(
      keyword($, 'let'),
      optional(field('mutable', 'mut')),
      field('name', $._name),
      optional($._type_annotation),
      // The second is what a half-written `let` is repaired with.
      choice(seq('=', field('value', $._value)), alias($._incomplete, '=')),
    ),

    assignment_statement: $ => seq(
      field('left', $.expression),
      field('operator', choice('=', '+=', '-=', '*=', '/=', '%=')),
      field('right', $._value),
    ),

    // An `if` that stands as a statement ends at its brace.
    expression_statement: $ => choice($.expression, prec(1, $.if_expression)),

    return_statement: $ => prec.right(seq(keyword($, 'return'), optional(field('value', $.expression)))),

    throw_statement: $ => seq('throw', field('value', $._value)),

    break_statement: _ => 'break',

    continue_statement: _ => 'continue',

    yield_statement: _ => 'yield',

    while_statement: $ => seq(keyword($, 'while'), field('condition', $._head), field('body', $.block)),

    for_statement: $ => seq(
      'for',
      field('variable', $._name),
      optional($._same_line),
      'in',
      field('iterable', $._head),
      field('body', $.block),
    ),

    try_statement: $ => seq(
      'try',
      field('body', $.block),
      'catch',
      optional(field('error', $.identifier)),
      field('handler', $.block),
    ),

    struct_definition: $ => seq(
      'struct',
      field('name', $._name),
      optional($._same_line),
      field('body', $.field_declarations),
    ),

    field_declarations: $ => seq('{', commaSeparated($.field_declaration), '}'),

    field_declaration: $ => seq(field('name', $.identifier), optional($._type_annotation)),

    module_import: $ => prec.right(seq(
      'import',
      field('path', choice($.import_path, $._same_line)),
      optional($._alias),
      optional(field('names', $.import_names)),
    )),

    import_path: $ => seq($.identifier, repeat(seq('.', $.identifier))),

    import_names: $ => seq('{', commaSeparated($.identifier), '}'),

    _alias: $ => seq('as', field('alias', $.identifier)),

    _string_names: $ => seq('{', commaSeparated($.string), '}'),

    capability_import: $ => prec.right(seq('use', '@', token.immediate('cap'), field('path', $.string), ...importTail($))),

    mcp_import: $ => prec.right(seq('use', '@', token.immediate('mcp'), field('uri', $.string), ...importTail($))),

    language_import: $ => prec.right(seq(
      'use',
      '@',
      'lang',
      field('language', $.identifier),
      field('path', $.string),
      ...importTail($),
    )),

    external_import: $ => prec.right(seq(
      'import',
      '@',
      optional($._same_line),
      field('kind', alias(token.immediate(choice('http', 'git', 'file')), $.resource_kind)),
      field('uri', $.string),
      optional($._alias),
    )),

    export_statement: $ => prec.right(seq(
      'export',
      field('name', $._name),
      optional(seq('=', field('value', $._value))),
    )),

    semantic_switch_statement: $ => seq(
      'semantic_switch',
      field('value', $._value),
      optional($._brace_may_follow),
      choice('{', alias($._block_open, '{')),
      repeat(alias($._newline, '\n')),
      repeat($.semantic_case),
      optional($.semantic_fallback),
      '}',
    ),

    semantic_case: $ => prec.right(seq(
      alias($._case, 'case'),
      field('concept', choice($.string, alias($.annotation_word, $.concept))),
      optional(':'),
      optional($._statements),
    )),

    semantic_fallback: $ => prec.right(seq(alias($._fallback, 'fallback'), optional(':'), optional($._statements))),

    polyglot_block: $ => choice(
      polyglot($, choice(...GUESTS.python), $._python_body),
      polyglot($, choice(...GUESTS.shell), $._shell_body),
      polyglot($, choice(...GUESTS.script), $._script_body),
      polyglot($, choice(...GUESTS.native), $._native_body),
      polyglot($, new RustRegex(`[${LETTER}\\p{N}-]+`), $._plain_body),
    ),

    polyglot_dependencies: $ => seq('[', commaSeparated($.dependency), ']'),

    dependency: _ => token(new RustRegex(`[${LETTER}\\p{N}.:@/^~*=<>-]+`)),

    polyglot_outputs: $ => seq('->', choice($.identifier, seq('(', commaSeparated($.identifier), ')'))),

    // Annotations

    annotation: $ => prec.right(seq('@', choice(
      seq(annotationName($, 'module', 'wip', 'temporary'), $.annotation_block),
      seq(
        annotationName($, 'invariant', 'decision'),
        field('subject', choice($.string, $.annotation_word)),
        optional($._brace_may_follow),
        optional($.annotation_block),
      ),
      seq(
        annotationName($, 'exhaustive-match-sites', 'capabilities', 'errors', 'reads', 'writes', 'does-not-write',
          'covers', 'relies-on', 'invalidates', 'must-call-before', 'must-call-after'),
        choice($.annotation_list, $.annotation_block, $.annotation_word, $.string),
      ),
      seq(annotationName($, 'complexity'), $.integer),
      seq(annotationName($, 'kind'), $.annotation_arguments),
    ))),

    annotation_block: $ => seq('{', repeat(seq($.annotation_entry, optional(','))), '}'),

    annotation_entry: $ => prec.right(seq(
      field('key', $.annotation_word),
      optional(':'),
      optional(field('value', $._annotation_value)),
    )),

    _annotation_value: $ => choice(
      $.string, $.integer, $.float, $.annotation_word, $.annotation_list, $.annotation_block, $.annotation_call,
    ),

    annotation_list: $ => seq('[', commaSeparated($._annotation_value), ']'),

    annotation_arguments: $ => seq(
      '(',
      commaSeparated(seq(field('key', $.annotation_word), ':', field('value', $._annotation_value))),
      ')',
    ),

    annotation_call: $ => prec(1, seq(
      field('name', $.annotation_word),
      '(',
      commaSeparated($._annotation_value),
      ')',
    )),

    // `Error::Kind`, `thread.ip`, `revisit-if`: in an annotation every word is a name.
    annotation_word: _ => token(new RustRegex(`${WORD}((\\.|::|-)${WORD})*`)),

    // Expressions

    expression: $ => choice(
      $.identifier,
      // At the head of a statement these are keywords only in front of what they introduce.
      alias(choice('pub', 'impl', 'trait'), $.identifier),
      $.integer,
      $.float,
      $.true,
      $.false,
      $.null,
      $.string,
      $.array,
      $.map,
      $.struct_literal,
      $.new_expression,
      $.range_expression,
      $.unary_expression,
      $.binary_expression,
      $.pipeline_expression,
      $.borrow_expression,
      $.call_expression,
      $.field_expression,
      $.index_expression,
      $.slice_expression,
      $.path_expression,
      $.lambda_expression,
      $.parenthesized_expression,
      $.if_expression,
      $.match_expression,
      $.await_expression,
      $.spawn_expression,
    ),

    identifier: _ => new RustRegex(WORD),

    integer: _ => token(choice(/[0-9]+/, /0[xX][0-9a-fA-F]+/, /0[bB][01]+/)),

    float: _ => token(choice(/[0-9]+\.[0-9]+([eE][+-]?[0-9]+)?/, /[0-9]+[eE][+-]?[0-9]+/)),

    true: $ => keyword($, 'true'),

    false: $ => keyword($, 'false'),

    null: _ => 'null',

    string: $ => choice(
      stringOf($, '"""', $._triple_content),
      stringOf($, '"', $._double_content),
      stringOf($, '\'', $._single_content),
    ),

    escape_sequence: _ => token.immediate(/\\(\r\n|[^\r]|\r)/),

    array: $ => seq('[', commaSeparated($._operand), ']'),

    map: $ => seq('{', commaSeparated($.map_entry), '}'),

    map_entry: $ => seq(
      field('key', choice($.identifier, $.string)),
      ':',
      field('value', $._operand),
    ),

    struct_literal: $ => seq(field('name', $.identifier), field('body', $.field_initializers)),

    field_initializers: $ => seq(alias($._struct_open, '{'), commaSeparated($.field_initializer), '}'),

    field_initializer: $ => seq(field('name', $.identifier), optional(seq(':', field('value', $.expression)))),

    new_expression: $ => prec.right(PREC.call, seq(
      'new',
      field('name', $._name),
      optional(choice(field('body', $.field_initializers), field('arguments', $.arguments))),
    )),

    range_expression: $ => prec.left(PREC.range, seq(
      field('start', $.expression),
      field('operator', choice('..', '..=')),
      field('end', $._operand),
    )),

    unary_expression: $ => prec(PREC.unary, seq(
      field('operator', choice('-', '!', 'not')),
      field('operand', $._value),
    )),

    borrow_expression: $ => prec(PREC.unary, seq(
      '&',
      optional(field('mutable', 'mut')),
      field('operand', $._value),
    )),

    binary_expression: $ => choice(...[
      [PREC.or, choice('||', 'or')],
      [PREC.and, choice('&&', 'and')],
      [PREC.equality, choice('==', '!=')],
      [PREC.comparison, choice('<', '>', '<=', '>=')],
      [PREC.sum, choice('+', '-')],
      [PREC.product, choice('*', '/', '%')],
    ].map(([precedence, operator]) => prec.left(precedence, seq(
      field('left', $.expression),
      field('operator', operator),
      field('right', $._operand),
    )))),

    pipeline_expression: $ => prec.left(PREC.pipeline, seq(
      field('left', $.expression),
      '|>',
      field('right', $._operand),
    )),

    call_expression: $ => prec(PREC.call, seq(
      field('function', $.expression),
      field('arguments', $.arguments),
    )),

    arguments: $ => seq('(', commaSeparated(choice($._operand, $.named_argument)), ')'),

    named_argument: $ => seq(field('name', $.identifier), '=', field('value', $.expression)),

    field_expression: $ => prec(PREC.postfix, seq(
      field('object', choice($.expression, alias('async', $.identifier))),
      '.',
      field('field', $._name),
    )),

    index_expression: $ => prec(PREC.postfix, seq(
      field('object', $.expression),
      '[',
      field('index', $.expression),
      ']',
    )),

    slice_expression: $ => prec(PREC.postfix, seq(
      field('object', $.expression),
      '[',
      optional(field('start', $.expression)),
      choice(
        seq(':', optional(field('end', $.expression)), optional(seq(choice(':', '::'), optional(field('step', $.expression))))),
        seq('::', optional(field('step', $.expression))),
      ),
      ']',
    )),

    path_expression: $ => prec.dynamic(1, seq(
      field('scope', choice($.identifier, $.path_expression)),
      '::',
      field('name', choice($.identifier, alias('new', $.identifier))),
    )),

    lambda_expression: $ => prec.right(PREC.greedy, seq(
      field('parameters', $.lambda_parameters),
      choice(
        field('body', alias($._body_block, $.block)),
        seq(optional(choice('=>', '->')), field('body', $.expression)),
      ),
    )),

    lambda_parameters: $ => choice(
      '||',
      seq(
        choice('|', '|>'),
        optional(seq($.parameter, repeat(seq(optional(','), $.parameter)), optional(','))),
        choice('|', '|>'),
      ),
    ),

    parenthesized_expression: $ => seq('(', $._operand, ')'),

    if_expression: $ => prec.right(seq(
      keyword($, 'if'),
      field('condition', $._head),
      field('consequence', $.block),
      optional(field('alternative', $.else_clause)),
    )),

    else_clause: $ => seq(optional($._late), keyword($, 'else'), choice($.block, $.if_expression)),

    // An `else` has to stand on the line of the `}`. One on a later line is read all the same, with this as its error.
    // (The name, which never comes, is there so that `else` is lexed as the keyword.)
    _late: $ => seq(
      alias($._line_before_else, '\n'),
      optional($.identifier),
      alias($._incomplete, 'else on the line of `}`'),
    ),

    match_expression: $ => seq('match', field('value', $._head), field('arms', $.match_arms)),

    match_arms: $ => seq(
      choice('{', alias($._block_open, '{')),
      repeat(choice($.match_arm, alias($._newline, '\n'))),
      '}',
    ),

    match_arm: $ => seq(
      field('pattern', $.pattern),
      choice('=>', '->'),
      field('body', choice(alias($._body_block, $.block), $.expression)),
      optional(','),
    ),

    pattern: $ => choice(
      $.identifier,
      $.wildcard_pattern,
      $.literal_pattern,
      $.struct_pattern,
      $.tuple_pattern,
    ),

    wildcard_pattern: _ => '_',

    literal_pattern: $ => choice($.integer, $.string, $.true, $.false),

    struct_pattern: $ => seq(
      field('name', $.identifier),
      '{',
      commaSeparated($.field_pattern),
      '}',
    ),

    field_pattern: $ => seq(field('name', $.identifier), ':', field('pattern', $.pattern)),

    // `Name(x)`: only the name is looked at.
    tuple_pattern: $ => seq(field('name', $.identifier), '(', commaSeparated($.pattern), ')'),

    await_expression: $ => prec.right(PREC.greedy, seq('await', field('operand', $._value))),

    spawn_expression: $ => prec(PREC.call, seq(
      'spawn',
      field('function', $._name),
      optional($._same_line),
      field('arguments', $.arguments),
    )),

    comment: _ => token(choice(
      new RustRegex(`//${LINE}`),
      new RustRegex(`#${LINE}`),
      /\/\*[^*]*\*+([^\/*][^*]*\*+)*\//,
    )),
  },
});

/**
 * A statement with what ends it. A newline that stands alone is an item of its own, so that a broken line can be
 * given up at its end.
 * @param {GrammarSymbols<string>} $
 * @param {RuleOrLiteral} statement
 */
function ended($, statement) {
  return prec.right(seq(statement, optional(';'), optional(alias($._newline, '\n'))));
}

/**
 * One to `count` times `rule`, as many as there are.
 * @param {number} count
 * @param {RuleOrLiteral} rule
 * @returns {RuleOrLiteral}
 */
function upTo(count, rule) {
  return count === 1 ? rule : seq(rule, optional(upTo(count - 1, rule)));
}

/** @param {GrammarSymbols<string>} $ */
function importTail($) {
  return [optional(field('names', alias($._string_names, $.import_names))), optional($._alias)];
}

/** @param {GrammarSymbols<string>} $ @param {string[]} names */
function annotationName($, ...names) {
  return field('name', alias(choice(...names.map((name) => token.immediate(name))), $.annotation_name));
}

/** @param {GrammarSymbols<string>} $ @param {string} quote @param {RuleOrLiteral} content */
function stringOf($, quote, content) {
  return seq(
    quote,
    repeat(choice(alias(content, $.string_content), $.escape_sequence)),
    alias(token.immediate(quote), quote),
  );
}
