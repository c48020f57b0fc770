package io.keelson.runtime.docker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.keelson.runtime.docker.records.LogCheckpoint;
import io.keelson.runtime.state.RecordStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FollowerTest {
  private static final String ID = "3f2a";
  @TempDir Path folder;
  private final LogConversion conversion = new LogConversion();

  private Path spoolPath() {
    return folder.resolve("3f2a-json.log");
  }

  private Path logPath() {
    return folder.resolve("pods/web/0.log");
  }

  private Follower open() throws IOException {
    return Follower.open(
        ID,
        spoolPath(),
        logPath(),
        RecordStore.open(folder.resolve("checkpoints"), LogCheckpoint.getDefaultInstance()));
  }

  private void pumpAll(Follower follower) throws IOException {
    while (follower.pump(conversion, 1)) {}
  }

  static List<Long> seeds() {
    List<Long> seeds = new ArrayList<>();
    for (long seed = 0; seed < 150; seed++) {
      seeds.add(seed);
    }
    return seeds;
  }

  /**
   * Random sequences of what can happen to a log: the container writes, the engine rotates, the
   * node agent rotates, the daemon stops in order or is killed with the last of what it wrote cut
   * anywhere, with the agent's renaming falling into its absence or not.
   */
  @ParameterizedTest
  @MethodSource("seeds")
  void everyByteReachesTheLogOnceWhateverHappensInBetween(long seed) throws Exception {
    Random random = new Random(seed);
    Spools spools = new Spools(spoolPath(), 4, random);
    List<Path> rotated = new ArrayList<>();
    Follower follower = open();
    int unreadRotations = 0;
    for (int step = 0; step < 60; step++) {
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> spools.write(1 + random.nextInt(40));
        case 3 -> {
          follower.pump(conversion, 1 + random.nextInt(2));
        }
        case 4 -> {
          pumpAll(follower);
          unreadRotations = 0;
        }
        case 5 -> {
          // The spool is bounded: what is not read within three rotations is gone by design.
          if (unreadRotations < 2) {
            spools.rotate();
            unreadRotations++;
          }
        }
        case 6 -> {
          rotate(rotated);
          follower.reopen();
        }
        default -> {
          if (random.nextBoolean()) {
            follower.close();
          } else {
            cutLastWrite(random);
            if (random.nextInt(3) == 0) {
              rotate(rotated);
            }
          }
          follower = open();
        }
      }
    }
    pumpAll(follower);
    follower.close();
    assertThat(Spools.contents(logPath(), rotated)).isEqualTo(spools.expected());
  }

  private void rotate(List<Path> rotated) throws IOException {
    Path target = logPath().resolveSibling("0.log.2026-" + rotated.size());
    Files.move(logPath(), target);
    rotated.add(target);
  }

  /**
   * A kill leaves any beginning of the last write. What an earlier checkpoint, a rotation or an
   * orderly stop made certain stays.
   */
  private void cutLastWrite(Random random) throws IOException {
    LogCheckpoint checkpoint =
        RecordStore.open(folder.resolve("checkpoints"), LogCheckpoint.getDefaultInstance())
            .find(ID)
            .orElse(LogCheckpoint.getDefaultInstance());
    long durable = 0;
    if (checkpoint.getLogInode() == Spool.inodeOf(logPath())) {
      durable = Math.max(0, checkpoint.getLogSize());
    }
    try (FileChannel log = FileChannel.open(logPath(), StandardOpenOption.WRITE)) {
      log.truncate(durable + random.nextLong(log.size() - durable + 1));
    }
  }

  @Test
  void aLogThatAnotherContainerLeftIsAppendedTo() throws Exception {
    Files.createDirectories(logPath().getParent());
    Files.writeString(logPath(), "2020-01-01T00:00:00.000000000Z stdout F of another\n");
    Spools spools = new Spools(spoolPath(), 4, new Random(1));
    spools.write(5);
    Follower follower = open();
    pumpAll(follower);
    follower = open();
    pumpAll(follower);
    assertThat(Files.readString(logPath()))
        .isEqualTo("2020-01-01T00:00:00.000000000Z stdout F of another\n" + spools.expected());
  }

  @Test
  void aDamagedLineIsLeftOutAndTheRestIsThere() throws Exception {
    Spools spools = new Spools(spoolPath(), 4, new Random(1));
    spools.write(3);
    Files.writeString(spoolPath(), "{\"log\":\"half a rec\n", StandardOpenOption.APPEND);
    Files.writeString(spoolPath(), "x".repeat(400_000) + "\n", StandardOpenOption.APPEND);
    spools.write(3);
    Follower follower = open();
    pumpAll(follower);
    assertThat(Files.readString(logPath())).isEqualTo(spools.expected());
  }

  @Test
  void goesOnAfterTheSpoolWasLostWhileAway() throws Exception {
    Spools before = new Spools(spoolPath(), 4, new Random(1));
    before.write(5);
    Follower follower = open();
    pumpAll(follower);
    follower.close();
    for (int i = 0; i < 4; i++) {
      before.rotate();
    }
    Files.delete(spoolPath());
    Spools after = new Spools(spoolPath(), 4, new Random(2));
    after.write(5);
    follower = open();
    pumpAll(follower);
    assertThat(Files.readString(logPath())).isEqualTo(before.expected() + after.expected());
  }
}
