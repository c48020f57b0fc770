package io.keelson.runtime.docker.image;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What the engine's folder takes of its filesystem, counted file by file and kept for a while: the
 * engine's own figure takes it seconds, and a node agent asks every few of them. Thread-safe.
 */
final class DiskUsage {
  private static final Duration KEEP = Duration.ofMinutes(2);

  /** Mounts of running containers show the layers below them a second time. */
  private static final Set<String> MOUNTS = Set.of("merged", "netns", "mounts");

  private final ReentrantLock lock = new ReentrantLock();
  private final Clock clock;
  private @Nullable Measured last;

  /**
   * One count.
   *
   * @param at when it was made
   * @param bytes sum of file sizes
   * @param files how many files and folders
   */
  record Measured(Instant at, long bytes, long files) {}

  DiskUsage(Clock clock) {
    this.clock = clock;
  }

  /** The last count, or a new one when that is too old. */
  Measured of(Path root) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      Measured known = last;
      Instant now = clock.instant();
      if (known == null || known.at().plus(KEEP).isBefore(now)) {
        known = measure(root, now);
        last = known;
      }
      return known;
    } finally {
      lock.unlock();
    }
  }

  /** Makes the next question count again. */
  void invalidate() {
    lock.lock();
    try {
      last = null;
    } finally {
      lock.unlock();
    }
  }

  private static Measured measure(Path root, Instant now) {
    long[] sums = new long[2];
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
              sums[1]++;
              return MOUNTS.contains(String.valueOf(folder.getFileName()))
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              sums[0] += attributes.size();
              sums[1]++;
              return FileVisitResult.CONTINUE;
            }

            // Files come and go while they are counted.
            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) {
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("cannot count the files below " + root, e);
    }
    return new Measured(now, sums[0], sums[1]);
  }
}
