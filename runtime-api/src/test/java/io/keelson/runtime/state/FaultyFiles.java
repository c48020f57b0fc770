package io.keelson.runtime.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Real files under which the process dies, or the disk fills up, at a chosen step. */
final class FaultyFiles implements RecordFiles {
  /** Nothing of the file, half of it, all of it, synced, renamed, directory synced. */
  static final int STEPS_OF_A_PUT = 5;

  static final int STEPS_UNTIL_RENAMED = 4;

  private final RecordFiles disk = RecordFiles.onDisk();
  private final @Nullable IOException fault;
  private int stepsLeft;

  private FaultyFiles(int stepsLeft, @Nullable IOException fault) {
    this.stepsLeft = stepsLeft;
    this.fault = fault;
  }

  /** The process dies: nothing more happens to any file, not even cleaning up. */
  static FaultyFiles crashingAfter(int steps) {
    return new FaultyFiles(steps, null);
  }

  /** Writing content fails half-way; everything else works. */
  static FaultyFiles failingInTheMiddle(IOException fault) {
    return new FaultyFiles(1, fault);
  }

  @Override
  public byte[] read(Path file) throws IOException {
    return disk.read(file);
  }

  @Override
  public void create(Path file, byte[] content) throws IOException {
    step();
    Files.write(file, Arrays.copyOf(content, content.length / 2));
    step();
    disk.create(file, content);
  }

  @Override
  public void syncFile(Path file) throws IOException {
    step();
    disk.syncFile(file);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    step();
    disk.rename(from, to);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    step();
    disk.syncDirectory(directory);
  }

  @Override
  public void delete(Path file) throws IOException {
    if (stepsLeft < 0 && fault == null) {
      throw new Crash();
    }
    disk.delete(file);
  }

  private void step() throws IOException {
    if (--stepsLeft < 0) {
      if (fault != null) {
        throw fault;
      }
      throw new Crash();
    }
  }

  /** The end of the process. */
  static final class Crash extends Error {
    private static final long serialVersionUID = 1L;
  }
}
