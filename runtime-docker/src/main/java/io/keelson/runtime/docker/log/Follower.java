package io.keelson.runtime.docker.log;

import io.keelson.runtime.docker.records.LogCheckpoint;
import io.keelson.runtime.state.RecordStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries one container's output from the engine's log to its CRI log, each byte once.
 *
 * <p>A checkpoint on disk names a point at which both logs agree. It may be old: since the CRI
 * log's bytes are a function of the engine's log, whoever resumes from it makes the same bytes
 * again and skips as many as the CRI log has beyond the checkpoint. The checkpoint must be renewed
 * only where that reasoning would end: when either log goes on in another file. It is renewed every
 * {@link #CHECKPOINT_BYTES} besides, so that little is made again.
 *
 * <p>Thread-safe; one conversion runs at a time.
 */
final class Follower {
  private static final Logger log = LoggerFactory.getLogger(Follower.class);
  private static final long CHECKPOINT_BYTES = 1024 * 1024;

  private final String containerId;
  private final Path logPath;
  private final RecordStore<LogCheckpoint> checkpoints;
  private final ReentrantLock lock = new ReentrantLock();
  private final Spool spool;
  private final CriLogFile cri;
  private long sinceCheckpoint;
  private boolean checkpointDue;
  private boolean gapReported;
  private boolean closed;

  private Follower(
      String containerId,
      Path logPath,
      RecordStore<LogCheckpoint> checkpoints,
      Spool spool,
      CriLogFile cri) {
    this.containerId = containerId;
    this.logPath = logPath;
    this.checkpoints = checkpoints;
    this.spool = spool;
    this.cri = cri;
  }

  /** Goes on where an earlier follower of the same container stopped or was killed, or starts. */
  static Follower open(
      String containerId, Path spoolPath, Path logPath, RecordStore<LogCheckpoint> checkpoints)
      throws IOException {
    Optional<LogCheckpoint> known = checkpoints.find(containerId);
    if (known.isEmpty()) {
      // The first checkpoint comes before the first byte, so what the log may hold is not ours.
      Follower follower =
          new Follower(
              containerId,
              logPath,
              checkpoints,
              Spool.fromStart(spoolPath),
              CriLogFile.append(logPath));
      follower.checkpointDue = true;
      return follower;
    }
    LogCheckpoint checkpoint = known.get();
    Spool spool =
        Spool.at(
            spoolPath,
            checkpoint.getSpoolInode(),
            checkpoint.getSpoolOffset(),
            checkpoint.getSpoolHead());
    // The checkpoint is renewed with each new spool file, so a lost one means that all that the log
    // has came from it, and none of what is there to read.
    CriLogFile cri =
        spool.hasGap()
            ? CriLogFile.append(logPath)
            : CriLogFile.resume(logPath, checkpoint.getLogInode(), checkpoint.getLogSize());
    Follower follower = new Follower(containerId, logPath, checkpoints, spool, cri);
    if (spool.hasGap() || cri.inode() != checkpoint.getLogInode()) {
      follower.saveCheckpoint(0);
    }
    return follower;
  }

  /**
   * Converts what is there, up to a number of blocks.
   *
   * @return whether there may be more at once
   */
  boolean pump(LogConversion conversion, int blocks) throws IOException {
    lock.lock();
    try {
      for (int i = 0; i < blocks && !closed; i++) {
        if (!convertBlock(conversion)) {
          return false;
        }
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private boolean convertBlock(LogConversion conversion) throws IOException {
    // Asked before reading: what is read of a rotated file then reaches to its end.
    boolean rotated = spool.isRotated();
    spool.peek(conversion.input().clear());
    int consumed = conversion.convert();
    if (consumed == 0) {
      return rotated ? nextSpoolFile() : spool.isRotated();
    }
    reportDamage(conversion.damagedLines());
    if (checkpointDue) {
      saveCheckpoint(0);
    }
    ByteBuffer bytes = conversion.output();
    int produced = bytes.remaining();
    while (bytes.hasRemaining()) {
      long inode = cri.inode();
      cri.write(bytes);
      if (cri.inode() != inode) {
        saveCheckpoint(bytes.position());
      }
    }
    spool.skip(consumed);
    sinceCheckpoint += produced;
    if (sinceCheckpoint >= CHECKPOINT_BYTES) {
      saveCheckpoint(0);
    }
    return true;
  }

  private boolean nextSpoolFile() throws IOException {
    if (!spool.next()) {
      return false;
    }
    if (spool.hasGap() && !gapReported) {
      gapReported = true;
      log.warn(
          "output of container {} is missing in {}: it wrote faster than it could be read, and the"
              + " Docker Engine deleted what was not read yet",
          containerId,
          logPath);
    }
    saveCheckpoint(0);
    return true;
  }

  private void reportDamage(int lines) {
    if (lines > 0) {
      log.warn(
          "{} damaged lines in the Docker Engine's log of container {} are left out of {}",
          lines,
          containerId,
          logPath);
    }
  }

  /** Writes down that all before the spool's position is written, and some bytes beyond it. */
  private void saveCheckpoint(long bytesBeyond) throws IOException {
    checkpoints.put(
        containerId,
        LogCheckpoint.newBuilder()
            .setSpoolInode(spool.inode())
            .setSpoolOffset(spool.offset())
            .setSpoolHead(spool.head())
            .setLogInode(cri.inode())
            .setLogSize(cri.sizeBefore(bytesBeyond))
            .build());
    sinceCheckpoint = 0;
    checkpointDue = false;
  }

  /** Makes output from here on go to a fresh file at the log's path. */
  void reopen() throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw new IOException("nothing is written to it any more");
      }
      cri.reopen();
      saveCheckpoint(0);
    } finally {
      lock.unlock();
    }
  }

  /** Lets go of the files. Repeatable. */
  void close() throws IOException {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        try (spool;
            cri) {
          if (sinceCheckpoint > 0) {
            saveCheckpoint(0);
          }
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
