package io.keelson.runtime.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lock whose file comes and goes with its holders. */
final class LockFileTest {
  @TempDir private Path folder;

  @Test
  void isHeldByOneAtATimeAndLeavesNoFile() throws Exception {
    Path path = folder.resolve("lock");
    try (LockFile held = LockFile.tryTake(path).orElseThrow()) {
      assertThat(LockFile.tryTake(path)).isEmpty();
      held.close();
      assertThat(folder).isEmptyDirectory();

      try (LockFile next = LockFile.tryTake(path).orElseThrow()) {
        held.close();
        assertThat(LockFile.tryTake(path)).as("after the first was closed twice").isEmpty();
        assertThat(next).isNotNull();
      }
    }
    assertThat(folder).isEmptyDirectory();
  }

  /** Another process: tells whether it gets the lock, and ends as if killed. */
  static final class Rival {
    private Rival() {}

    public static void main(String[] path) throws IOException {
      System.out.print(LockFile.tryTake(Path.of(path[0])).isPresent() ? "taken" : "refused");
      System.out.flush();
      Runtime.getRuntime().halt(0);
    }
  }

  private static String rival(Path path) throws IOException, InterruptedException {
    Process rival =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Rival.class.getName(),
                path.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String answer = new String(rival.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(rival.waitFor()).isZero();
    return answer;
  }

  @Test
  void isRefusedToAnotherProcessAndTakenFromOneThatDied() throws Exception {
    Path path = folder.resolve("lock");
    try (LockFile held = LockFile.tryTake(path).orElseThrow()) {
      assertThat(rival(path)).isEqualTo("refused");
      assertThat(rival(path)).isEqualTo("refused");
      assertThat(path).exists();
      held.close();
      assertThat(rival(path)).isEqualTo("taken");
    }
    assertThat(path).as("left by the one that died").exists();
    try (LockFile held = LockFile.tryTake(path).orElseThrow()) {
      assertThat(rival(path)).isEqualTo("refused");
      assertThat(held).isNotNull();
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aFolderThatIsNotThereIsAFailure() {
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> LockFile.tryTake(folder.resolve("none/lock")));
  }

  @Test
  void takesOverTheFileOfAHolderThatDied() throws Exception {
    Path path = Files.writeString(folder.resolve("lock"), "x".repeat(100));
    try (LockFile held = LockFile.tryTake(path).orElseThrow()) {
      assertThat(held).isNotNull();
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void neverHasTwoHoldersWhileManyTakeItAndLetItGo() throws Exception {
    Path path = folder.resolve("lock");
    AtomicInteger holders = new AtomicInteger();
    AtomicInteger mostHolders = new AtomicInteger();
    AtomicInteger taken = new AtomicInteger();
    List<Future<?>> threads = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      for (int thread = 0; thread < 4; thread++) {
        threads.add(
            pool.submit(() -> {
              for (int turn = 0; turn < 500; turn++) {
                Optional<LockFile> lock = LockFile.tryTake(path);
                if (lock.isPresent()) {
                  mostHolders.accumulateAndGet(holders.incrementAndGet(), Math::max);
                  taken.incrementAndGet();
                  holders.decrementAndGet();
                  lock.get().close();
                }
              }
              return true;
            }));
      }
      for (Future<?> thread : threads) {
        thread.get();
      }
    }
    assertThat(taken.get()).isPositive();
    assertThat(mostHolders.get()).isEqualTo(1);
  }
}
