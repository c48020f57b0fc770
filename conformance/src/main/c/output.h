/* What the suite has printed, to see what becomes of it on the way. */
#ifndef OUTPUT_H
#define OUTPUT_H

/* Runs one of the commands of output.c; its exit code, or -1 when the words are none of them. */
int run_output(int count, char **words);

#endif
