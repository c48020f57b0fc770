/* The program in the suite's test images. Static, without files of its own. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inside.h"
#include "output.h"

static int usage(void) {
  fputs("usage: program pause | exit CODE | print WORD... | lines COUNT | cat | ids\n"
        "     | show FILE... | links FILE... | owners FILE... | try ACTION WORD... | allocate MIB\n"
        "     | spin | signal | stay | crash | spawn COUNT | answer tcp|udp PORT WORD\n"
        "     | call HOST PORT | fill COUNT | word TEXT | bytes | count LAST\n"
        "     | terminal COLUMNS\n", stderr);
  return 64;
}

static void end(int number) {
  (void)number;
  _exit(0);
}

/* Process 1 of a namespace ignores signals that it has no handler for. */
_Noreturn void wait_for_end(void) {
  signal(SIGTERM, end);
  signal(SIGINT, end);
  puts("ready");
  fflush(stdout);
  for (;;) pause();
}

static int print_words(int count, char **words) {
  for (int i = 0; i < count; i++) printf("%s%s", i ? " " : "", words[i]);
  putchar('\n');
  return 0;
}

/* Numbered lines, the odd ones to standard output and the even ones to standard error. */
static int print_lines(long count) {
  for (long i = 1; i <= count; i++) {
    FILE *stream = i % 2 ? stdout : stderr;
    fprintf(stream, "line %ld\n", i);
    fflush(stream);
  }
  return 0;
}

static int copy_input(void) {
  char block[8192];
  ssize_t got;
  while ((got = read(0, block, sizeof block)) > 0)
    for (ssize_t at = 0; at < got;) {
      ssize_t put = write(1, block + at, got - at);
      if (put < 0) return 1;
      at += put;
    }
  return got < 0;
}

int main(int count, char **words) {
  const char *command = count > 1 ? words[1] : "";
  if (!strcmp(command, "pause")) wait_for_end();
  if (!strcmp(command, "exit") && count == 3) return atoi(words[2]);
  if (!strcmp(command, "print")) return print_words(count - 2, words + 2);
  if (!strcmp(command, "lines") && count == 3) return print_lines(atol(words[2]));
  if (!strcmp(command, "cat")) return copy_input();
  if (!strcmp(command, "ids")) return printf("%d %d\n", getuid(), getgid()) < 0;
  int code = run_inside(count, words);
  if (code < 0) code = run_output(count, words);
  return code < 0 ? usage() : code;
}
