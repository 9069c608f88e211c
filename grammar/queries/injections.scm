; The body of a polyglot block is text of its language.

((polyglot_block
  language: (language_name) @injection.language
  body: (polyglot_body) @injection.content)
  (#not-any-of? @injection.language
    "py" "python3" "js" "node" "deno" "bun" "ts" "rs" "sh" "shell" "zsh" "rb" "golang" "cs"))

((polyglot_block
  language: (language_name) @_name
  body: (polyglot_body) @injection.content)
  (#any-of? @_name "py" "python3")
  (#set! injection.language "python"))

((polyglot_block
  language: (language_name) @_name
  body: (polyglot_body) @injection.content)
  (#any-of? @_name "js" "node" "deno" "bun")
  (#set! injection.language "javascript"))

((polyglot_block
  language: (language_name) @_name
  body: (polyglot_body) @injection.content)
  (#eq? @_name "ts")
  (#set! injection.language "typescript"))

((polyglot_block
  language: (language_name) @_name
  body: (polyglot_body) @injection.content)
  (#eq? @_name "rs")
  (#set! injection.language "rust"))

((polyglot_block
  language: (language_name) @_name
  body: (polyglot_body) @injection.content)
  (#any-of? @_name "sh" "shell" "zsh")
  (#set! injection.language "bash"))

((polyglot_block
  language: (language_name) @_name
  body: (polyglot_body) @injection.content)
  (#eq? @_name "rb")
  (#set! injection.language "ruby"))

((polyglot_block
  language: (language_name) @_name
  body: (polyglot_body) @injection.content)
  (#eq? @_name "golang")
  (#set! injection.language "go"))

((polyglot_block
  language: (language_name) @_name
  body: (polyglot_body) @injection.content)
  (#eq? @_name "cs")
  (#set! injection.language "c_sharp"))

((comment) @injection.content
  (#set! injection.language "comment"))
