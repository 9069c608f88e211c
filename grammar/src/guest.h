// The raw body of a polyglot block: everything up to the `}` that no `{` of the body opens. Braces inside the guest
// language's own strings and comments do not count.

#ifndef CRUSH_GUEST_H_
#define CRUSH_GUEST_H_

#include "lexing.h"

enum Guest {
  GUEST_PYTHON, // `#` comments, triple quotes, quotes that end with the line; Ruby and others come close
  GUEST_SHELL,  // `#` comments at the start of a word, no escapes between single quotes
  GUEST_SCRIPT, // `//` and `/* */` comments, template strings
  GUEST_NATIVE, // the same comments, `'` also for lifetimes, raw strings
  GUEST_PLAIN,  // an unknown language: quotes alone
};

static bool scan_guest_code(TSLexer *lexer, enum Guest guest, unsigned nesting);

static void skip_line(TSLexer *lexer) {
  while (!at_end(lexer) && lexer->lookahead != '\n') advance(lexer);
}

// A string that began with `quote`, which has been read.
static void skip_quoted(TSLexer *lexer, int32_t quote, bool escapes, bool ends_with_line) {
  while (!at_end(lexer)) {
    int32_t c = lexer->lookahead;
    if (ends_with_line && c == '\n') return;
    advance(lexer);
    if (c == quote) return;
    if (c == '\\' && escapes && !at_end(lexer)) advance(lexer);
  }
}

static void skip_triple_quoted(TSLexer *lexer, int32_t quote) {
  unsigned quotes = 0;
  while (!at_end(lexer) && quotes < 3) {
    int32_t c = lexer->lookahead;
    quotes = c == quote ? quotes + 1 : 0;
    advance(lexer);
    if (c == '\\' && !at_end(lexer)) advance(lexer);
  }
}

// Single or triple quotes, the first of which has been read.
static void skip_maybe_triple(TSLexer *lexer, int32_t quote, bool ends_with_line) {
  if (lexer->lookahead != quote) {
    skip_quoted(lexer, quote, true, ends_with_line);
    return;
  }
  advance(lexer);
  if (lexer->lookahead != quote) return; // an empty string
  advance(lexer);
  skip_triple_quoted(lexer, quote);
}

static void skip_template(TSLexer *lexer, unsigned nesting) {
  while (!at_end(lexer)) {
    int32_t c = lexer->lookahead;
    advance(lexer);
    if (c == '`') return;
    if (c == '\\' && !at_end(lexer)) advance(lexer);
    if (c == '$' && lexer->lookahead == '{' && nesting < 16) {
      advance(lexer);
      if (scan_guest_code(lexer, GUEST_SCRIPT, nesting + 1)) advance(lexer);
    }
  }
}

// What a `/` begins; it has been read.
static void skip_slash(TSLexer *lexer) {
  if (lexer->lookahead == '/') {
    skip_line(lexer);
  } else if (lexer->lookahead == '*') {
    advance(lexer);
    while (!at_end(lexer)) {
      int32_t c = lexer->lookahead;
      advance(lexer);
      if (c == '*' && lexer->lookahead == '/') {
        advance(lexer);
        return;
      }
    }
  }
}

// `'x'` and `'\n'` are characters, `'a` alone is a lifetime; the quote has been read.
static void skip_character(TSLexer *lexer) {
  if (lexer->lookahead == '\\') {
    skip_quoted(lexer, '\'', true, true);
    return;
  }
  if (lexer->lookahead == '\n' || at_end(lexer)) return;
  advance(lexer);
  if (lexer->lookahead == '\'') advance(lexer);
}

// `r"…"`, `r#"…"#`; the `r` has been read.
static void skip_raw_string(TSLexer *lexer) {
  unsigned hashes = 0;
  for (; lexer->lookahead == '#'; advance(lexer)) hashes++;
  if (lexer->lookahead != '"') return;
  advance(lexer);
  while (!at_end(lexer)) {
    int32_t c = lexer->lookahead;
    advance(lexer);
    if (c != '"') continue;
    unsigned closing = 0;
    for (; closing < hashes && lexer->lookahead == '#'; advance(lexer)) closing++;
    if (closing == hashes) return;
  }
}

// Skips what begins with `c`, which has been read, if it hides braces. `previous` is the character before it.
static void skip_hidden(TSLexer *lexer, enum Guest guest, int32_t c, int32_t previous, unsigned nesting) {
  switch (guest) {
    case GUEST_PYTHON:
      if (c == '#') skip_line(lexer);
      if (c == '"' || c == '\'') skip_maybe_triple(lexer, c, true);
      break;
    case GUEST_SHELL:
      if (c == '#' && (is_space(previous) || previous == ';')) skip_line(lexer);
      if (c == '\\' && !at_end(lexer)) advance(lexer);
      if (c == '"' || c == '\'') skip_quoted(lexer, c, c == '"', false);
      break;
    case GUEST_SCRIPT:
      if (c == '/') skip_slash(lexer);
      if (c == '`') skip_template(lexer, nesting);
      if (c == '"' || c == '\'') skip_quoted(lexer, c, true, true);
      break;
    case GUEST_NATIVE:
      if (c == '/') skip_slash(lexer);
      if (c == '\'') skip_character(lexer);
      if (c == '"') skip_quoted(lexer, c, true, false);
      if (c == 'r' && !is_word(previous)) skip_raw_string(lexer);
      break;
    case GUEST_PLAIN:
      if (c == '"' || c == '\'') skip_maybe_triple(lexer, c, false);
      if (c == '`') skip_quoted(lexer, c, true, false);
      break;
  }
}

// Where a body that is never closed is cut off: at the next line that can only be CRUSH.
static bool begins_crush(TSLexer *lexer) {
  static const char *const keywords[] = {"fn", "let", "struct", "impl", "trait", "use", "pub", "export", NULL};
  if (lexer->lookahead == '@') return true;
  char word[WORD_SIZE];
  read_word(lexer, word);
  return lexer->lookahead == ' ' && is_one_of(word, keywords);
}

// Reads up to the closing `}`, which is left. False at the end of the text.
static bool scan_guest_code(TSLexer *lexer, enum Guest guest, unsigned nesting) {
  unsigned depth = 0;
  int32_t previous = ' ';
  while (!at_end(lexer)) {
    int32_t c = lexer->lookahead;
    if (c == '}' && depth == 0) return true;
    advance(lexer);
    if (c == '{') depth++;
    if (c == '}') depth--;
    skip_hidden(lexer, guest, c, previous, nesting);
    previous = c;
  }
  return false;
}

// The body, from just after its `{`.
static bool scan_guest_body(TSLexer *lexer, enum Guest guest) {
  if (lexer->lookahead == '}' || at_end(lexer)) return false;
  unsigned depth = 0;
  bool cut = false;
  int32_t previous = ' ';
  while (!at_end(lexer)) {
    int32_t c = lexer->lookahead;
    if (c == '}' && depth == 0) {
      cut = false;
      break;
    }
    advance(lexer);
    if (c == '{') depth++;
    if (c == '}') depth--;
    skip_hidden(lexer, guest, c, previous, 0);
    previous = c;
    if (c == '\n' && !cut) {
      lexer->mark_end(lexer);
      if (is_letter(lexer->lookahead)) previous = lexer->lookahead;
      cut = begins_crush(lexer);
    }
  }
  if (!cut) lexer->mark_end(lexer);
  return true;
}

#endif
