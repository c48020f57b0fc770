#include "output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* One line of so many letters. */
static int fill(long count) {
  for (long i = 0; i < count; i++) putchar('x');
  putchar('\n');
  return 0;
}

/* Every byte but the newline. */
static int all_bytes(void) {
  for (int byte = 0; byte < 256; byte++)
    if (byte != '\n') putchar(byte);
  putchar('\n');
  return 0;
}

/* Numbers, each written by itself. */
static int count_to(long last) {
  for (long i = 1; i <= last; i++) {
    printf("%ld\n", i);
    fflush(stdout);
  }
  return 0;
}

/* The size of its terminal, as soon as that is so many columns wide. */
static int terminal(int columns) {
  struct winsize size;
  do {
    if (ioctl(1, TIOCGWINSZ, &size)) return 1;
    usleep(10000);
  } while (size.ws_col != columns);
  printf("%d %d\n", size.ws_col, size.ws_row);
  return 0;
}

int run_output(int count, char **words) {
  const char *command = count > 1 ? words[1] : "";
  if (!strcmp(command, "fill") && count == 3) return fill(atol(words[2]));
  if (!strcmp(command, "word") && count == 3) return fputs(words[2], stdout) < 0;
  if (!strcmp(command, "bytes")) return all_bytes();
  if (!strcmp(command, "count") && count == 3) return count_to(atol(words[2]));
  if (!strcmp(command, "terminal") && count == 3) return terminal(atoi(words[2]));
  return -1;
}
