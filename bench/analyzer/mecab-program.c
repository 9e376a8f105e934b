/*
 * What the `mecab` program does with its default layout, over the C API, for where there is a library of mecab-ko but no
 * program: each line of standard input is one sentence, and its tokens with all features go to standard output.
 *
 *   mecab-program "-r /dev/null -d DICTIONARY" < TEXT > TOKENS
 *
 * Unlike the program it takes lines of any length (the program splits them at 8,192 bytes, see its option -b).
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct mecab_t mecab_t;
mecab_t *mecab_new2(const char *arguments);
const char *mecab_sparse_tostr2(mecab_t *tagger, const char *text, size_t length);

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: %s ARGUMENTS\n", argv[0]), 2;
  mecab_t *tagger = mecab_new2(argv[1]);
  if (tagger == NULL) return fprintf(stderr, "no dictionary with: %s\n", argv[1]), 1;
  char *line = NULL;
  size_t capacity = 0;
  for (ssize_t length; (length = getline(&line, &capacity, stdin)) > 0;) {
    if (line[length - 1] == '\n') length--;
    const char *tokens = mecab_sparse_tostr2(tagger, line, length);
    if (tokens == NULL) return fprintf(stderr, "a line failed\n"), 1;
    fputs(tokens, stdout);
  }
  return fflush(stdout) == 0 ? 0 : 1;
}
