/*
 * Times mecab-ko's C API: mecab_lattice_set_sentence2 and mecab_parse_lattice per text, then a walk over the nodes that
 * reads start, length and cost of each token. No string is made and nothing printed inside the timed part.
 *
 *   mecab-driver "-r /dev/null -d DICTIONARY" TEXTS      texts: uint32 length in bytes, then UTF-8, one after another
 *
 * For each line on stdin it analyses all texts once and prints: milliseconds, tokens, checksum of the running costs.
 * The declarations are those of mecab 0.996's ABI (mecab.h), so that no header package is needed.
 */
#define _POSIX_C_SOURCE 199309L
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct mecab_model_t mecab_model_t;
typedef struct mecab_t mecab_t;
typedef struct mecab_lattice_t mecab_lattice_t;

typedef struct mecab_node_t {
  struct mecab_node_t *prev, *next, *enext, *bnext;
  void *rpath, *lpath;
  const char *surface, *feature;
  unsigned int id;
  unsigned short length, rlength, rcAttr, lcAttr, posid;
  unsigned char char_type, stat, isbest;
  float alpha, beta, prob;
  short wcost;
  long cost;
} mecab_node_t;

mecab_model_t *mecab_model_new2(const char *arguments);
mecab_t *mecab_model_new_tagger(mecab_model_t *model);
mecab_lattice_t *mecab_model_new_lattice(mecab_model_t *model);
void mecab_lattice_set_sentence2(mecab_lattice_t *lattice, const char *text, size_t length);
int mecab_parse_lattice(mecab_t *tagger, mecab_lattice_t *lattice);
mecab_node_t *mecab_lattice_get_bos_node(mecab_lattice_t *lattice);

static char *read_file(const char *path, long *size) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) return NULL;
  fseek(file, 0, SEEK_END);
  *size = ftell(file);
  rewind(file);
  char *bytes = malloc(*size);
  if (bytes != NULL && fread(bytes, 1, *size, file) != (size_t)*size) bytes = NULL;
  fclose(file);
  return bytes;
}

static double now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: %s ARGUMENTS TEXTS\n", argv[0]), 2;
  long size = 0;
  char *texts = read_file(argv[2], &size);
  if (texts == NULL) return fprintf(stderr, "%s cannot be read\n", argv[2]), 1;
  mecab_model_t *model = mecab_model_new2(argv[1]);
  if (model == NULL) return fprintf(stderr, "no dictionary with: %s\n", argv[1]), 1;
  mecab_t *tagger = mecab_model_new_tagger(model);
  mecab_lattice_t *lattice = mecab_model_new_lattice(model);
  char line[16];
  while (fgets(line, sizeof line, stdin) != NULL) {
    double start = now_ms();
    long tokens = 0;
    uint32_t checksum = 0;
    uint64_t positions = 0;
    for (long at = 0; at < size;) {
      uint32_t length;
      memcpy(&length, texts + at, sizeof length);
      const char *text = texts + at + sizeof length;
      mecab_lattice_set_sentence2(lattice, text, length);
      if (!mecab_parse_lattice(tagger, lattice)) return fprintf(stderr, "text at byte %ld failed\n", at), 1;
      for (mecab_node_t *node = mecab_lattice_get_bos_node(lattice)->next; node->next != NULL; node = node->next) {
        tokens++;
        positions += (node->surface - text) + node->length;
        checksum = checksum * 31 + (uint32_t)node->cost;
      }
      at += sizeof length + length;
    }
    double elapsed = now_ms() - start;
    printf("%.3f %ld %u\n", elapsed, tokens, checksum);
    fflush(stdout);
    if (positions == 0) return fprintf(stderr, "no token has a place\n"), 1;
  }
  return 0;
}
