(source_file
  (function_definition name: (identifier) @name) @definition.function)

(method_list
  (function_definition name: (identifier) @name) @definition.method)

(method_list
  (function_signature name: (identifier) @name) @definition.method)

(struct_definition name: (identifier) @name) @definition.class

(trait_definition name: (identifier) @name) @definition.interface

(source_file
  (let_statement name: (identifier) @name) @definition.variable)

(call_expression function: (identifier) @name) @reference.call

(call_expression
  function: (field_expression field: (identifier) @name)) @reference.call

(call_expression
  function: (path_expression name: (identifier) @name)) @reference.call

(spawn_expression function: (identifier) @name) @reference.call

(struct_literal name: (identifier) @name) @reference.class

(new_expression name: (identifier) @name) @reference.class

(impl_block trait: (identifier) @name) @reference.implementation
