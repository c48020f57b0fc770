package io.keelson.runtime.docker.image;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * How much a folder tree takes, counted in the background and remembered: whoever asks gets the
 * last count, and starts another when that is old. Counting takes at most a small share of one
 * core. Thread-safe.
 */
final class StorageUsage {
  private static final Duration AGE_LIMIT = Duration.ofSeconds(30);
  private static final int REST_FACTOR = 20;

  private final Path root;
  private final Clock clock;
  private CompletableFuture<Usage> counting;
  private Usage last;
  private boolean busy;
  private boolean outdated;

  /**
   * A count.
   *
   * @param bytes sum of the files' lengths, each hard-linked file once
   * @param inodes files and folders
   * @param epochNanos when it was finished
   * @param took how long counting took
   */
  record Usage(long bytes, long inodes, long epochNanos, Duration took) {}

  StorageUsage(Path root, Clock clock) {
    this.root = root;
    this.clock = clock;
    this.last = new Usage(0, 0, 0, Duration.ZERO);
    this.counting = start();
  }

  /** The last count; waits for the first one. */
  Usage get() throws InterruptedException, IOException {
    CompletableFuture<Usage> first;
    synchronized (this) {
      if (last.epochNanos() == 0) {
        first = counting;
      } else {
        if (!busy && isOld(last)) {
          counting = start();
        }
        return last;
      }
    }
    try {
      return first.get();
    } catch (ExecutionException e) {
      synchronized (this) {
        counting = start();
      }
      throw new IOException(e.getCause());
    }
  }

  /** Has the next question start a count, whatever the age of the last. */
  synchronized void outdate() {
    outdated = true;
  }

  private boolean isOld(Usage usage) {
    if (outdated) {
      return true;
    }
    Duration age = Duration.ofNanos(now() - usage.epochNanos());
    return age.compareTo(AGE_LIMIT) > 0
        && age.compareTo(usage.took().multipliedBy(REST_FACTOR)) > 0;
  }

  private long now() {
    Instant instant = clock.instant();
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }

  private CompletableFuture<Usage> start() {
    CompletableFuture<Usage> result = new CompletableFuture<>();
    busy = true;
    outdated = false;
    Thread.ofVirtual().name("storage-usage").start(() -> count(result));
    return result;
  }

  private void count(CompletableFuture<Usage> result) {
    long began = System.nanoTime();
    try {
      Counter counter = new Counter(root);
      Files.walkFileTree(root, counter);
      Usage usage =
          new Usage(
              counter.bytes, counter.inodes, now(), Duration.ofNanos(System.nanoTime() - began));
      synchronized (this) {
        last = usage;
        busy = false;
      }
      result.complete(usage);
    } catch (IOException | RuntimeException e) {
      synchronized (this) {
        busy = false;
      }
      result.completeExceptionally(e);
    }
  }

  private static final class Counter extends SimpleFileVisitor<Path> {
    private final Object device;
    private final Set<Object> linked = new HashSet<>();
    private long bytes;
    private long inodes;

    Counter(Path root) throws IOException {
      device = Files.getAttribute(root, "unix:dev");
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
        throws IOException {
      try {
        // A running container's root is mounted here once more.
        if (!Files.getAttribute(folder, "unix:dev").equals(device)) {
          return FileVisitResult.SKIP_SUBTREE;
        }
      } catch (NoSuchFileException gone) {
        return FileVisitResult.SKIP_SUBTREE;
      }
      inodes++;
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Map<String, Object> links;
      try {
        links = Files.readAttributes(file, "unix:nlink,ino", LinkOption.NOFOLLOW_LINKS);
      } catch (NoSuchFileException gone) {
        return FileVisitResult.CONTINUE;
      }
      boolean counted =
          Integer.valueOf(1).equals(links.get("nlink")) || linked.add(links.get("ino"));
      if (counted) {
        inodes++;
        bytes += attributes.size();
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException gone) {
      return FileVisitResult.CONTINUE;
    }
  }
}
