// The external scanner of CRUSH: what a context-free grammar cannot decide.
//
// It keeps no state, so every subtree can be reused after an edit. All it knows is which tokens the parser would
// take where it stands; the tokens that are never produced (SAME_LINE and the ones after it) exist to tell it that.

#include "tree_sitter/parser.h"

enum Token {
  NEWLINE,
  BLOCK_OPEN,
  STRUCT_OPEN,
  DOUBLE_CONTENT,
  SINGLE_CONTENT,
  TRIPLE_CONTENT,
  PYTHON_BODY,
  SHELL_BODY,
  SCRIPT_BODY,
  NATIVE_BODY,
  PLAIN_BODY,
  SAME_LINE,
  BRACE_MAY_FOLLOW,
  ERROR_SENTINEL,
};

static inline void advance(TSLexer *lexer) { lexer->advance(lexer, false); }

static inline void skip(TSLexer *lexer) { lexer->advance(lexer, true); }

static inline bool at_end(TSLexer *lexer) { return lexer->eof(lexer); }

static inline bool is_letter(int32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

static inline bool is_digit(int32_t c) { return c >= '0' && c <= '9'; }

static inline bool is_word(int32_t c) { return is_letter(c) || is_digit(c); }

// White space that does not end a line. The same characters as in the grammar's extras.
static inline bool is_blank(int32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r' && c != '\n') || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

static inline bool is_space(int32_t c) { return c == '\n' || is_blank(c); }

static bool finish(TSLexer *lexer, enum Token token) {
  lexer->result_symbol = token;
  return true;
}

// Takes the lines up to the next one with something on it.
static bool scan_newline(TSLexer *lexer, bool brace_may_follow) {
  lexer->mark_end(lexer);
  while (is_space(lexer->lookahead)) {
    bool line_ends = lexer->lookahead == '\n';
    advance(lexer);
    if (line_ends) lexer->mark_end(lexer);
  }
  if (brace_may_follow && lexer->lookahead == '{') return false;
  return finish(lexer, NEWLINE);
}

// Reads a word and says whether it is `word` that was expected; leaves the lexer after the word.
static unsigned read_word(TSLexer *lexer, char *word, unsigned size) {
  unsigned length = 0;
  while (is_word(lexer->lookahead)) {
    if (length + 1 < size && lexer->lookahead < 0x80) word[length] = (char)lexer->lookahead;
    length++;
    advance(lexer);
  }
  word[length < size ? length : size - 1] = 0;
  return length;
}

static bool equal(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

static void skip_space_and_comments(TSLexer *lexer) {
  for (;;) {
    if (is_space(lexer->lookahead)) {
      advance(lexer);
    } else if (lexer->lookahead == '#' || lexer->lookahead == '/') {
      while (lexer->lookahead != '\n' && !at_end(lexer)) advance(lexer);
    } else {
      return;
    }
  }
}

// `{` after a name, or where a block may open. `Name { field: …`, `Name { field, …` is a struct literal anywhere;
// `Name {}` and `Name { field }` are too, but where a block may open they are the block.
static bool scan_brace(TSLexer *lexer, const bool *valid) {
  advance(lexer);
  lexer->mark_end(lexer);
  if (!valid[STRUCT_OPEN]) return finish(lexer, BLOCK_OPEN);
  if (!valid[BLOCK_OPEN]) return finish(lexer, STRUCT_OPEN);
  skip_space_and_comments(lexer);
  if (!is_letter(lexer->lookahead)) return finish(lexer, BLOCK_OPEN);
  char word[10];
  read_word(lexer, word, sizeof word);
  if (equal(word, "case") || equal(word, "fallback")) return finish(lexer, BLOCK_OPEN);
  while (is_blank(lexer->lookahead)) advance(lexer);
  if (lexer->lookahead == ',') return finish(lexer, STRUCT_OPEN);
  if (lexer->lookahead != ':') return finish(lexer, BLOCK_OPEN);
  advance(lexer);
  return finish(lexer, lexer->lookahead == ':' ? BLOCK_OPEN : STRUCT_OPEN);
}

// A quoted string may run over lines, so an open quote and a long string look alike. It is taken for a string that
// was not closed when the line on which the next quote stands would be whole without it: the quotes of that line
// come in pairs, and what follows the first of them cannot follow a string.
static bool string_goes_on(TSLexer *lexer, int32_t quote) {
  bool escaped = false;
  while (!at_end(lexer) && (escaped || lexer->lookahead != quote)) {
    escaped = !escaped && lexer->lookahead == '\\';
    advance(lexer);
  }
  if (at_end(lexer)) return false;
  advance(lexer);
  bool plausible = !(is_word(lexer->lookahead) || lexer->lookahead == quote);
  if (lexer->lookahead == ' ') {
    while (is_blank(lexer->lookahead)) advance(lexer);
    plausible = !is_word(lexer->lookahead) || true;
  }
  if (plausible) return true;
  unsigned quotes = 1;
  escaped = false;
  while (!at_end(lexer) && lexer->lookahead != '\n') {
    if (!escaped && lexer->lookahead == quote) quotes++;
    escaped = !escaped && lexer->lookahead == '\\';
    advance(lexer);
  }
  return quotes % 2 == 1;
}

static bool scan_string(TSLexer *lexer, int32_t quote, enum Token token) {
  bool content = false;
  bool goes_on = false;
  lexer->mark_end(lexer);
  while (!at_end(lexer) && lexer->lookahead != quote && lexer->lookahead != '\\') {
    if (lexer->lookahead == '\n' && !goes_on) {
      lexer->mark_end(lexer);
      if (!string_goes_on(lexer, quote)) return finish(lexer, content ? token : NEWLINE);
      return finish(lexer, token);
    }
    advance(lexer);
    content = true;
  }
  lexer->mark_end(lexer);
  return content && finish(lexer, token);
}

static bool scan_triple(TSLexer *lexer) {
  bool content = false;
  while (!at_end(lexer) && lexer->lookahead != '\\') {
    lexer->mark_end(lexer);
    if (lexer->lookahead == '"') {
      advance(lexer);
      if (lexer->lookahead == '"') {
        advance(lexer);
        if (lexer->lookahead == '"') return content && finish(lexer, TRIPLE_CONTENT);
      }
    } else {
      advance(lexer);
    }
    content = true;
  }
  lexer->mark_end(lexer);
  return content && finish(lexer, TRIPLE_CONTENT);
}

void *tree_sitter_crush_external_scanner_create(void) { return NULL; }

void tree_sitter_crush_external_scanner_destroy(void *payload) { (void)payload; }

unsigned tree_sitter_crush_external_scanner_serialize(void *payload, char *buffer) {
  (void)payload;
  (void)buffer;
  return 0;
}

void tree_sitter_crush_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  (void)payload;
  (void)buffer;
  (void)length;
}

bool tree_sitter_crush_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  (void)payload;
  bool recovering = valid[ERROR_SENTINEL];

  if (!recovering) {
    if (valid[DOUBLE_CONTENT]) return scan_string(lexer, '"', DOUBLE_CONTENT);
    if (valid[SINGLE_CONTENT]) return scan_string(lexer, '\'', SINGLE_CONTENT);
    if (valid[TRIPLE_CONTENT]) return scan_triple(lexer);
  }

  while (is_blank(lexer->lookahead)) skip(lexer);

  if (lexer->lookahead == '\n') {
    // Where a line must go on and does not, the newline is an error at the right place.
    if (valid[NEWLINE] || valid[SAME_LINE]) return scan_newline(lexer, !recovering && valid[BRACE_MAY_FOLLOW]);
    return false;
  }
  if (lexer->lookahead == '{' && !recovering && (valid[BLOCK_OPEN] || valid[STRUCT_OPEN])) {
    return scan_brace(lexer, valid);
  }
  return false;
}
