package io.keelson.linux;

import java.nio.file.Path;

/** What files take, and what their filesystem has. Thread-safe. */
public interface Filesystems {

  /** The deepest folder that is still looked into by {@link #usage}. */
  int DEPTH_LIMIT = 256;

  /** Told how a long count goes on; may make it wait. */
  @FunctionalInterface
  interface Pace {
    /**
     * Called after each few hundred files.
     *
     * @throws InterruptedException to give the count up
     */
    void step() throws InterruptedException;
  }

  /**
   * What a folder takes with everything below it.
   *
   * @param bytes of the blocks that are really allocated, as {@code du(1)} counts: holes of sparse
   *     files take nothing, a file with several names is counted once
   * @param inodes files and folders, the uppermost included
   */
  record Usage(long bytes, long inodes) {}

  /**
   * The size of a filesystem.
   *
   * @param bytes in all
   * @param availableBytes that users may still fill
   * @param inodes in all; 0 where there is no fixed number
   * @param freeInodes still to be had
   */
  record Capacity(long bytes, long availableBytes, long inodes, long freeInodes) {}

  /**
   * Counts what a folder takes. Symbolic links are never followed, also not when somebody puts one
   * in a folder's place meanwhile; other filesystems mounted below are left out, and so are folders
   * deeper than {@link #DEPTH_LIMIT}. What vanishes meanwhile is not counted, without an error.
   *
   * @param pace is called on the way
   * @throws LinuxException when the folder itself cannot be opened
   */
  Usage usage(Path folder, Pace pace) throws InterruptedException;

  /**
   * The size of the filesystem a path is on.
   *
   * @throws LinuxException when the path does not exist
   */
  Capacity capacity(Path path);
}
