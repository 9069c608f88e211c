// What the parts of the scanner share.

#ifndef CRUSH_LEXING_H_
#define CRUSH_LEXING_H_

#include "tree_sitter/parser.h"

static inline void advance(TSLexer *lexer) { lexer->advance(lexer, false); }

static inline void skip(TSLexer *lexer) { lexer->advance(lexer, true); }

static inline bool at_end(TSLexer *lexer) { return lexer->eof(lexer); }

static inline bool is_letter(int32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

static inline bool is_word(int32_t c) { return is_letter(c) || (c >= '0' && c <= '9'); }

// White space that does not end a line. The same characters as in the grammar's extras.
static inline bool is_blank(int32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r' && c != '\n') || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

static inline bool is_space(int32_t c) { return c == '\n' || is_blank(c); }

enum { WORD_SIZE = 12 };

// Reads a word and keeps its first letters, enough to tell keywords apart.
static inline void read_word(TSLexer *lexer, char word[WORD_SIZE]) {
  unsigned length = 0;
  for (; is_word(lexer->lookahead); advance(lexer)) {
    if (length < WORD_SIZE - 1) word[length++] = lexer->lookahead < 0x80 ? (char)lexer->lookahead : '?';
  }
  word[length] = 0;
}

static inline bool is_one_of(const char *word, const char *const *list) {
  for (; *list; list++) {
    const char *a = word, *b = *list;
    while (*a && *a == *b) a++, b++;
    if (*a == *b) return true;
  }
  return false;
}

#endif
