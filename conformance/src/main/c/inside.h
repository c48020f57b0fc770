/* What the suite asks about the inside of a container. */
#ifndef INSIDE_H
#define INSIDE_H

/* Runs one of the commands of inside.c; its exit code, or -1 when the words are none of them. */
int run_inside(int count, char **words);

/* Says that it is ready, waits for SIGTERM or SIGINT, and then ends the process with exit code 0. */
_Noreturn void wait_for_end(void);

#endif
