; Scopes. A function does not see the variables outside it; what it declares is seen by its whole body.

[
  (source_file)
  (function_definition)
  (function_signature)
  (lambda_expression)
  (block)
  (for_statement)
  (match_arm)
] @local.scope

; Definitions

(let_statement name: (identifier) @local.definition)

(parameter name: (identifier) @local.definition)

(for_statement variable: (identifier) @local.definition)

(try_statement error: (identifier) @local.definition)

(match_arm pattern: (identifier) @local.definition)

(field_pattern pattern: (identifier) @local.definition)

(function_definition name: (identifier) @local.definition)

(struct_definition name: (identifier) @local.definition)

(trait_definition name: (identifier) @local.definition)

(import_names (identifier) @local.definition)

(module_import alias: (identifier) @local.definition)

(polyglot_outputs (identifier) @local.definition)

; References

(identifier) @local.reference
