/* Commands that show what a process in a container sees, and try what it may do. */
#include "inside.h"

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static const long MIB = 1024 * 1024;
static const int NULL_MAJOR = 1, NULL_MINOR = 3;

static int complain(const char *about) {
  fprintf(stderr, "%s: %s\n", about, strerrorname_np(errno));
  return 1;
}

/* The content of files, one after another. */
static int show(int count, char **paths) {
  char block[8192];
  for (int i = 0; i < count; i++) {
    int file = open(paths[i], O_RDONLY);
    if (file < 0) return complain(paths[i]);
    ssize_t got;
    while ((got = read(file, block, sizeof block)) > 0) fwrite(block, 1, got, stdout);
    if (got < 0) return complain(paths[i]);
    close(file);
  }
  return 0;
}

/* Where symbolic links point, a line for each. */
static int links(int count, char **paths) {
  char target[4096];
  for (int i = 0; i < count; i++) {
    ssize_t length = readlink(paths[i], target, sizeof target - 1);
    if (length < 0) return complain(paths[i]);
    printf("%.*s\n", (int)length, target);
  }
  return 0;
}

/* Type, permissions and owner of files, a line for each. */
static int owners(int count, char **paths) {
  struct stat status;
  for (int i = 0; i < count; i++) {
    if (stat(paths[i], &status)) return complain(paths[i]);
    printf("%o %d %d\n", status.st_mode, status.st_uid, status.st_gid);
  }
  return 0;
}

static int write_file(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (file < 0) return -1;
  ssize_t put = write(file, text, strlen(text));
  return close(file) || put < 0 ? -1 : 0;
}

static int attempt(int count, char **words) {
  const char *action = words[0], *object = count > 1 ? words[1] : "";
  if (!strcmp(action, "write") && count == 3) return write_file(object, words[2]);
  if (!strcmp(action, "open")) return open(object, O_RDWR);
  if (!strcmp(action, "mkdir")) return mkdir(object, 0755);
  if (!strcmp(action, "rmdir")) return rmdir(object);
  if (!strcmp(action, "chown")) return chown(object, 1, 1);
  if (!strcmp(action, "mknod"))
    return mknod(object, S_IFCHR | 0600, makedev(NULL_MAJOR, NULL_MINOR));
  if (!strcmp(action, "hostname")) return sethostname(object, strlen(object));
  if (!strcmp(action, "mount")) return mount("none", object, "tmpfs", 0, "");
  if (!strcmp(action, "unmount")) return umount(object);
  if (!strcmp(action, "raw-socket")) return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
  if (!strcmp(action, "own-mounts")) return unshare(CLONE_NEWNS);
  errno = EINVAL;
  return -1;
}

/* Whether something is possible: prints ok, or the name of the error. */
static int try(int count, char **words) {
  puts(attempt(count, words) < 0 ? strerrorname_np(errno) : "ok");
  return 0;
}

/* Uses so many MiB of memory until it is told to end. */
static int allocate(long mib) {
  for (long i = 0; i < mib; i++) {
    char *block = malloc(MIB);
    if (!block) return complain("malloc");
    memset(block, i | 1, MIB);
  }
  wait_for_end();
}

static void end(int number) {
  (void)number;
  _exit(0);
}

/* Uses all of a core until it is told to end. */
_Noreturn static void spin(void) {
  signal(SIGTERM, end);
  for (volatile unsigned long i = 0;; i++) continue;
}

static void end_with_number(int number) { _exit(number); }

/* Ends with the number of the signal that it gets, as its exit code. */
_Noreturn static void await_signal(void) {
  for (int number = 1; number < NSIG; number++) signal(number, end_with_number);
  for (;;) pause();
}

/* Does not end when asked to. */
_Noreturn static void ignore_signals(void) {
  signal(SIGTERM, SIG_IGN);
  for (;;) pause();
}

/* Dies of SIGSEGV, which also process 1 of a namespace does. */
static int crash(void) {
  signal(SIGSEGV, SIG_DFL);
  *(volatile int *)0 = 0;
  return 0;
}

/* So many processes more, which wait until they are killed. */
static int spawn(long number) {
  for (long i = 0; i < number; i++) {
    pid_t child = fork();
    if (child < 0) return complain("fork");
    if (!child)
      for (;;) pause();
  }
  wait_for_end();
}

static struct sockaddr_in address(const char *host, const char *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
  inet_pton(AF_INET, host, &address.sin_addr);
  return address;
}

/* Answers each connection or datagram with a word. */
static int answer(const char *protocol, const char *port, const char *word) {
  int udp = !strcmp(protocol, "udp"), on = 1;
  int server = socket(AF_INET, udp ? SOCK_DGRAM : SOCK_STREAM, 0);
  struct sockaddr_in own = address("0.0.0.0", port), peer;
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(server, (struct sockaddr *)&own, sizeof own) || (!udp && listen(server, 16)))
    return complain("bind");
  signal(SIGTERM, end);
  for (;;) {
    if (udp) {
      char block[512];
      socklen_t length = sizeof peer;
      if (recvfrom(server, block, sizeof block, 0, (struct sockaddr *)&peer, &length) >= 0)
        sendto(server, word, strlen(word), 0, (struct sockaddr *)&peer, length);
    } else {
      int client = accept(server, NULL, NULL);
      if (client >= 0) {
        if (write(client, word, strlen(word)) < 0) complain("write");
        close(client);
      }
    }
  }
}

/* Prints what a TCP server says, or the name of the error. */
static int call(const char *host, const char *port) {
  int client = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in server = address(host, port);
  struct timeval limit = {.tv_sec = 5};
  setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  char block[512];
  ssize_t got;
  if (connect(client, (struct sockaddr *)&server, sizeof server)) {
    puts(strerrorname_np(errno));
    return 0;
  }
  while ((got = read(client, block, sizeof block)) > 0) fwrite(block, 1, got, stdout);
  return 0;
}

int run_inside(int count, char **words) {
  const char *command = count > 1 ? words[1] : "";
  int more = count - 2;
  char **rest = words + 2;
  if (!strcmp(command, "show")) return show(more, rest);
  if (!strcmp(command, "links")) return links(more, rest);
  if (!strcmp(command, "owners")) return owners(more, rest);
  if (!strcmp(command, "try") && more > 0) return try(more, rest);
  if (!strcmp(command, "allocate") && more == 1) return allocate(atol(rest[0]));
  if (!strcmp(command, "spin")) spin();
  if (!strcmp(command, "signal")) await_signal();
  if (!strcmp(command, "stay")) ignore_signals();
  if (!strcmp(command, "crash")) return crash();
  if (!strcmp(command, "spawn") && more == 1) return spawn(atol(rest[0]));
  if (!strcmp(command, "answer") && more == 3) return answer(rest[0], rest[1], rest[2]);
  if (!strcmp(command, "call") && more == 2) return call(rest[0], rest[1]);
  return -1;
}
