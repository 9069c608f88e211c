// The external scanner of CRUSH: what a context-free grammar cannot decide.
//
// It keeps no state, so every subtree can be reused after an edit. All it knows is which tokens the parser would
// take where it stands; the tokens that are never produced (SAME_LINE and the ones after it) exist to tell it that.

#include "guest.h"
#include "lexing.h"
#include "quoted.h"

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
  CASE,
  FALLBACK,
  LINE_BEFORE_ELSE,
  SAME_LINE,
  NO_STATEMENT,
  HEAD_VALUE,
  INCOMPLETE,
  BRACE_MAY_FOLLOW,
  ERROR_SENTINEL,
};

static bool finish(TSLexer *lexer, enum Token token) {
  lexer->result_symbol = token;
  return true;
}

// Takes the lines up to the next one with something on it.
static bool scan_newline(TSLexer *lexer, const bool *valid, bool recovering) {
  lexer->mark_end(lexer);
  while (is_space(lexer->lookahead)) {
    bool line_ends = lexer->lookahead == '\n';
    advance(lexer);
    if (line_ends) lexer->mark_end(lexer);
  }
  if (recovering) return finish(lexer, NEWLINE);
  if (valid[BRACE_MAY_FOLLOW] && lexer->lookahead == '{') return false;
  if (valid[LINE_BEFORE_ELSE] && lexer->lookahead == 'e') {
    static const char *const elses[] = {"else", NULL};
    char word[WORD_SIZE];
    read_word(lexer, word);
    if (is_one_of(word, elses)) return finish(lexer, LINE_BEFORE_ELSE);
  }
  return finish(lexer, NEWLINE);
}

// At a newline in the middle of something that may run over lines: does the next line begin a statement all the same?
static bool statement_follows(TSLexer *lexer) {
  static const char *const keywords[] = {"let",   "fn",     "return", "while",    "for",    "struct", "import", "use",
                                         "throw", "export", "break",  "continue", "try",    NULL};
  char word[WORD_SIZE];
  advance(lexer);
  lexer->mark_end(lexer);
  while (is_space(lexer->lookahead)) advance(lexer);
  read_word(lexer, word);
  return is_one_of(word, keywords);
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
  static const char *const switch_words[] = {"case", "fallback", NULL};
  char word[WORD_SIZE];
  read_word(lexer, word);
  if (is_one_of(word, switch_words)) return finish(lexer, BLOCK_OPEN);
  while (is_blank(lexer->lookahead)) advance(lexer);
  if (lexer->lookahead == ',') return finish(lexer, STRUCT_OPEN);
  if (lexer->lookahead != ':') return finish(lexer, BLOCK_OPEN);
  advance(lexer);
  return finish(lexer, lexer->lookahead == ':' ? BLOCK_OPEN : STRUCT_OPEN);
}

static bool scan_switch_word(TSLexer *lexer) {
  static const char *const cases[] = {"case", NULL};
  static const char *const fallbacks[] = {"fallback", NULL};
  char word[WORD_SIZE];
  read_word(lexer, word);
  lexer->mark_end(lexer);
  if (is_one_of(word, cases)) return finish(lexer, CASE);
  return is_one_of(word, fallbacks) && finish(lexer, FALLBACK);
}

static bool scan_string(TSLexer *lexer, int32_t quote, enum Token content) {
  switch (scan_quoted(lexer, quote)) {
    case QUOTED_CONTENT:
      return finish(lexer, content);
    case QUOTED_BROKEN_OFF:
      return finish(lexer, NEWLINE);
    case QUOTED_NOTHING:
      break;
  }
  return false;
}

// `{` where the value of an `if`, `while`, `for` or `match` is to come: a map if it looks like one; else the value is
// missing and the block begins.
static bool scan_brace_for_value(TSLexer *lexer) {
  advance(lexer);
  lexer->mark_end(lexer);
  skip_space_and_comments(lexer);
  if (lexer->lookahead == '}' || lexer->lookahead == '"' || lexer->lookahead == '\'') return false;
  char word[WORD_SIZE];
  read_word(lexer, word);
  while (is_blank(lexer->lookahead)) advance(lexer);
  return lexer->lookahead != ':' && finish(lexer, BLOCK_OPEN);
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
    if (valid[TRIPLE_CONTENT]) return scan_triple_quoted(lexer) && finish(lexer, TRIPLE_CONTENT);
    for (int token = PYTHON_BODY; token <= PLAIN_BODY; token++) {
      if (valid[token]) return scan_guest_body(lexer, (enum Guest)(token - PYTHON_BODY)) && finish(lexer, token);
    }
  }

  while (is_blank(lexer->lookahead)) skip(lexer);

  if (lexer->lookahead == '\n') {
    // Where a line must go on and does not, the newline is an error at the right place.
    if (valid[NEWLINE] || valid[SAME_LINE] || valid[BLOCK_OPEN]) {
      return scan_newline(lexer, valid, recovering);
    }
    return valid[NO_STATEMENT] && statement_follows(lexer) && finish(lexer, NEWLINE);
  }
  if (lexer->lookahead == '{' && !recovering && valid[HEAD_VALUE]) return scan_brace_for_value(lexer);
  if (lexer->lookahead == '{' && !recovering && (valid[BLOCK_OPEN] || valid[STRUCT_OPEN])) {
    return scan_brace(lexer, valid);
  }
  if (valid[CASE] && !recovering) return scan_switch_word(lexer);
  return false;
}
