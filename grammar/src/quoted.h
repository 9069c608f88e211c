// The text between quotes.

#ifndef CRUSH_QUOTED_H_
#define CRUSH_QUOTED_H_

#include "lexing.h"

// A string may run over lines, so a quote that was left open looks like one. `before` and the rest of the line that
// `quote` ends on tell: code follows a string that ends there, text follows a quote that in truth opens a string.
static bool ends_string(TSLexer *lexer, int32_t quote, int32_t before) {
  static const char *const infix[] = {"and", "or", "as", "in", NULL};
  if (is_word(lexer->lookahead) || lexer->lookahead == quote) return false;
  bool opens = before == '(' || before == '[' || before == '{' || before == ',' || before == '=' || before == ':' ||
               before == '+';
  while (is_blank(lexer->lookahead)) advance(lexer);
  if (is_letter(lexer->lookahead)) {
    char word[WORD_SIZE];
    read_word(lexer, word);
    if (is_one_of(word, infix)) return true;
    opens = true;
  }
  if (!opens) return true;
  // Both could be: when the quotes of the line come in pairs, the line is whole without us.
  unsigned quotes = 1;
  for (; !at_end(lexer) && lexer->lookahead != '\n'; advance(lexer)) {
    if (lexer->lookahead == quote) quotes++;
    if (lexer->lookahead == '\\') advance(lexer);
  }
  return quotes % 2 == 1;
}

// At a newline in a string: does the string go on below? The newline is taken either way.
static bool string_goes_on(TSLexer *lexer, int32_t quote) {
  int32_t before = 0;
  advance(lexer);
  lexer->mark_end(lexer);
  for (; !at_end(lexer) && lexer->lookahead != quote; advance(lexer)) {
    if (lexer->lookahead == '\\') {
      advance(lexer);
      if (at_end(lexer)) return false;
    }
    if (!is_blank(lexer->lookahead)) before = lexer->lookahead;
  }
  if (at_end(lexer)) return false;
  advance(lexer);
  return ends_string(lexer, quote, before);
}

enum Quoted { QUOTED_NOTHING, QUOTED_CONTENT, QUOTED_BROKEN_OFF };

// Content of a string between `quote`s, up to an escape, the quote or the end of the line. A string that has come to
// the start of a line is known to go on, so its other lines are taken at once.
static enum Quoted scan_quoted(TSLexer *lexer, int32_t quote) {
  bool goes_on = lexer->get_column(lexer) == 0;
  if (lexer->lookahead == '\n' && !goes_on) {
    return string_goes_on(lexer, quote) ? QUOTED_CONTENT : QUOTED_BROKEN_OFF;
  }
  bool content = false;
  while (!at_end(lexer) && lexer->lookahead != quote && lexer->lookahead != '\\') {
    if (lexer->lookahead == '\n' && !goes_on) break;
    advance(lexer);
    content = true;
  }
  lexer->mark_end(lexer);
  return content ? QUOTED_CONTENT : QUOTED_NOTHING;
}

// Content of a string between `"""`s, up to an escape or the quotes.
static bool scan_triple_quoted(TSLexer *lexer) {
  bool content = false;
  while (!at_end(lexer) && lexer->lookahead != '\\') {
    lexer->mark_end(lexer);
    unsigned quotes = 0;
    for (; quotes < 3 && lexer->lookahead == '"'; advance(lexer)) quotes++;
    if (quotes == 3) return content;
    if (quotes == 0) advance(lexer);
    content = true;
  }
  lexer->mark_end(lexer);
  return content;
}

#endif
