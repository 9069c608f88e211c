[
  (block)
  (field_declarations)
  (field_initializers)
  (method_list)
  (match_arms)
  (map)
  (array)
  (arguments)
  (parameters)
  (parenthesized_expression)
  (import_names)
  (semantic_switch_statement)
  (semantic_case)
  (semantic_fallback)
  (annotation_block)
  (annotation_list)
  (annotation_arguments)
] @indent.begin

[
  "}"
  "]"
  ")"
] @indent.end @indent.branch

[
  (comment)
  (string)
  (polyglot_body)
] @indent.ignore

(ERROR
  [
    "{"
    "["
    "("
  ]) @indent.begin
