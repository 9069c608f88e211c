; Later patterns win. The capture names are the common ones of Neovim, Helix and tree-sitter-highlight.

(identifier) @variable

((identifier) @variable.builtin
  (#eq? @variable.builtin "self"))

(comment) @comment

; Literals

(integer) @number

(float) @number.float

[
  (true)
  (false)
] @boolean

(null) @constant.builtin

(string) @string

(escape_sequence) @string.escape

; Types

(type (identifier) @type)

((type (identifier) @type.builtin)
  (#any-of? @type.builtin
    "Int" "int" "i64" "Float" "float" "f64" "String" "string" "str" "Bool" "bool" "boolean" "Null" "null" "unit"
    "Any" "any" "Array" "Map" "Function"))

(struct_definition name: (identifier) @type.definition)

(trait_definition name: (identifier) @type.definition)

(impl_block trait: (identifier) @type)

(impl_block type: (identifier) @type)

(struct_literal name: (identifier) @constructor)

(new_expression name: (identifier) @constructor)

(struct_pattern name: (identifier) @constructor)

(tuple_pattern name: (identifier) @constructor)

(path_expression scope: (identifier) @type)

(path_expression name: (identifier) @variable.member)

; Members

(field_declaration name: (identifier) @property)

(field_initializer name: (identifier) @property)

(field_pattern name: (identifier) @property)

(map_entry key: (identifier) @property)

(map_entry key: (string) @property)

(field_expression field: (identifier) @variable.member)

; Functions

(function_definition name: (identifier) @function)

(function_signature name: (identifier) @function)

(method_list (function_definition name: (identifier) @function.method))

(method_list (function_signature name: (identifier) @function.method))

(parameter name: (identifier) @variable.parameter)

(named_argument name: (identifier) @variable.parameter)

(call_expression function: (identifier) @function.call)

(spawn_expression function: (identifier) @function.call)

(pipeline_expression right: (identifier) @function.call)

(call_expression
  function: (field_expression field: (identifier) @function.method.call))

(call_expression
  function: (path_expression name: (identifier) @function.call))

((call_expression function: (identifier) @function.builtin)
  (#any-of? @function.builtin "print" "len" "drop"))

((call_expression
  function: (field_expression object: (identifier) @module))
  (#any-of? @module
    "io" "str" "math" "conv" "collections" "array" "json" "path" "regex" "result" "bytes" "time" "env" "fs" "async"))

; Imports

(import_path (identifier) @module)

(module_import alias: (identifier) @module)

(capability_import alias: (identifier) @module)

(mcp_import alias: (identifier) @module)

(language_import alias: (identifier) @module)

(external_import alias: (identifier) @module)

(capability_declaration name: (identifier) @module)

(capability_declaration access: (identifier) @keyword.modifier)

; Annotations and guest languages

(annotation "@" @attribute)

(annotation_name) @attribute

(annotation_entry key: (annotation_word) @property)

(annotation_arguments key: (annotation_word) @property)

(annotation_entry value: (annotation_word) @constant)

(annotation_list (annotation_word) @constant)

(concept) @label

(semantic_case concept: (string) @label)

(polyglot_block "@" @attribute)

(language_name) @attribute

(dependency) @string.special

(resource_kind) @attribute

; Keywords

[
  "let"
  "struct"
  "impl"
  "trait"
  "capability"
  "new"
  "semantic_switch"
] @keyword

"fn" @keyword.function

"return" @keyword.return

[
  "if"
  "else"
  "match"
  "case"
  "fallback"
] @keyword.conditional

[
  "for"
  "in"
  "while"
] @keyword.repeat

(break_statement) @keyword.repeat

(continue_statement) @keyword.repeat

(yield_statement) @keyword.return

[
  "try"
  "catch"
  "throw"
] @keyword.exception

[
  "import"
  "use"
  "as"
  "export"
] @keyword.import

[
  "async"
  "await"
  "spawn"
] @keyword.coroutine

[
  "pub"
  "mut"
] @keyword.modifier

[
  "and"
  "or"
  "not"
] @keyword.operator

; Operators and punctuation

[
  "="
  "+="
  "-="
  "*="
  "/="
  "%="
  "+"
  "-"
  "*"
  "/"
  "%"
  "=="
  "!="
  "<"
  ">"
  "<="
  ">="
  "&&"
  "||"
  "!"
  "&"
  "|>"
  ".."
  "..="
  "->"
  "=>"
] @operator

[
  "("
  ")"
  "["
  "]"
  "{"
  "}"
] @punctuation.bracket

[
  ","
  ";"
  ":"
  "::"
  "."
] @punctuation.delimiter

(lambda_parameters
  [
    "|"
    "||"
    "|>"
  ] @punctuation.bracket)

(wildcard_pattern) @character.special
