package io.keelson.runtime.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.grpc.Status;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerMetadata;
import io.keelson.runtime.v1.PodSandboxMetadata;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class RecordStoreTest {
  @TempDir Path temporary;
  private Path directory;

  @BeforeEach
  void nameTheDirectory() {
    directory = temporary.resolve("records");
  }

  @Test
  void whatWasPutIsFoundByAnyLaterStore() throws IOException {
    open().put("a", pod("first"));
    open().put("a", pod("second"));
    open().put("b", pod("third"));
    assertThat(open().find("a")).contains(pod("second"));
    assertThat(open().loadAll())
        .containsExactly(Map.entry("a", pod("second")), Map.entry("b", pod("third")));
    assertThat(Files.getPosixFilePermissions(directory))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void whatWasPutWithoutWaitingForTheDiskIsFoundToo() {
    open().put("a", pod("first"));
    open().putUnsynced("a", pod("second"));
    assertThat(open().find("a")).contains(pod("second"));
    open().sync("a");
    assertThat(open().find("a")).contains(pod("second"));
  }

  @Test
  void syncingWhatIsGoneDoesNothing() {
    open().sync("a");
    assertThat(open().find("a")).isEmpty();
  }

  @Test
  void deletingTakesTheRecordAwayAndMayBeRepeated() {
    RecordStore<PodSandboxMetadata> store = open();
    store.put("a", pod("x"));
    store.delete("a");
    store.delete("a");
    assertThat(store.find("a")).isEmpty();
    assertThat(open().loadAll()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../etc/passwd",
        ".",
        "..",
        "a/b",
        "%2F",
        " ",
        "\0",
        "Größe\n",
        ".hidden",
        "x.tmp"
      })
  void anyTextIsAKeyAndNoneLeavesTheDirectory(String key) throws IOException {
    RecordStore<PodSandboxMetadata> store = open();
    store.put(key, pod("value"));
    store.put(key + "2", pod("other"));
    assertThat(open().find(key)).contains(pod("value"));
    assertThat(open().loadAll()).containsOnlyKeys(key, key + "2");
    try (Stream<Path> files = Files.walk(temporary)) {
      assertThat(files.filter(Files::isRegularFile))
          .hasSize(2)
          .allMatch(
              file -> directory.equals(file.getParent()) && file.toString().endsWith(".record"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 241, 10_000})
  void keysThatMakeNoFileNameAreRefused(int length) {
    assertThatExceptionOfType(CriException.class)
        .isThrownBy(() -> open().put("k".repeat(length), pod("x")))
        .satisfies(e -> assertThat(e.code()).isEqualTo(Status.Code.INVALID_ARGUMENT));
  }

  @Test
  void aFileTellsItsTypeAndKeyToReadersThatKnowNeither() throws Exception {
    open().put("pod/1", pod("x"));
    StoredRecord stored = StoredRecord.read(onlyFile());
    assertThat(stored.key()).isEqualTo("pod/1");
    assertThat(stored.record().getTypeUrl()).endsWith("/runtime.v1.PodSandboxMetadata");
    assertThat(stored.record().unpack(PodSandboxMetadata.class)).isEqualTo(pod("x"));
  }

  @Test
  void everyDamageToAFilePutsItAsideWithAWarningAndLeavesTheOthers() throws IOException {
    open().put("good", pod("good"));
    open().put("bad", pod("bad"));
    Path file = directory.resolve("bad.record");
    byte[] whole = Files.readAllBytes(file);
    Random random = new Random(7);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    ((Logger) LoggerFactory.getLogger(RecordStore.class)).addAppender(log);
    int damages = whole.length + 200;
    for (int i = 0; i < damages; i++) {
      byte[] damaged = i < whole.length ? Arrays.copyOf(whole, i) : whole.clone();
      if (i >= whole.length) {
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      }
      Files.write(file, damaged);
      if (i % 2 == 0) {
        assertThat(open().find("bad")).as("damage %d", i).isEmpty();
      }
      assertThat(open().loadAll()).as("damage %d", i).containsOnlyKeys("good");
    }
    try (Stream<Path> aside = Files.list(directory.resolve("unreadable"))) {
      assertThat(aside).hasSize(damages);
    }
    assertThat(log.list).hasSize(damages);
    assertThat(log.list.getFirst().getFormattedMessage())
        .contains("unreadable", file.toString(), directory.resolve("unreadable").toString());
  }

  @Test
  void aRecordOfAnotherTypeOrUnderAnotherKeysNameIsUnreadable() throws IOException {
    RecordStore.open(directory, ContainerMetadata.getDefaultInstance())
        .put("c", ContainerMetadata.newBuilder().setName("c").build());
    open().put("a", pod("a"));
    Files.copy(directory.resolve("a.record"), directory.resolve("b.record"));
    assertThat(open().loadAll()).containsOnlyKeys("a");
    assertThat(directory.resolve("unreadable/c.record")).exists();
    assertThat(directory.resolve("unreadable/b.record")).exists();
  }

  @Test
  void aCrashAtAnyStepLeavesTheOldRecordOrTheNewOne() {
    for (int survived = 0; survived <= FaultyFiles.STEPS_OF_A_PUT; survived++) {
      open().put("a", pod("old"));
      FaultyFiles files = FaultyFiles.crashingAfter(survived);
      RecordStore<PodSandboxMetadata> store =
          RecordStore.open(directory, PodSandboxMetadata.getDefaultInstance(), files);
      boolean completed = true;
      try {
        store.put("a", pod("new"));
      } catch (FaultyFiles.Crash e) {
        completed = false;
      }
      assertThat(completed).isEqualTo(survived == FaultyFiles.STEPS_OF_A_PUT);
      String expected = survived < FaultyFiles.STEPS_UNTIL_RENAMED ? "old" : "new";
      assertThat(open().loadAll())
          .as("after %d steps", survived)
          .containsExactly(Map.entry("a", pod(expected)));
      assertThat(onlyFile()).hasFileName("a.record");
    }
  }

  @Test
  void aFullDiskIsResourceExhaustedNamesTheFileAndKeepsTheOldRecord() {
    open().put("a", pod("old"));
    FaultyFiles full = FaultyFiles.failingInTheMiddle(new IOException("No space left on device"));
    RecordStore<PodSandboxMetadata> store =
        RecordStore.open(directory, PodSandboxMetadata.getDefaultInstance(), full);
    assertThatExceptionOfType(CriException.class)
        .isThrownBy(() -> store.put("a", pod("new")))
        .withMessageContaining(directory.resolve("a.record").toString())
        .withMessageContaining("No space left on device")
        .withMessageContaining("free space")
        .satisfies(e -> assertThat(e.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
    assertThat(onlyFile()).hasFileName("a.record");
    assertThat(store.find("a")).contains(pod("old"));
  }

  @Test
  void aDirectoryThatCannotBeMadeIsNamed() throws IOException {
    Files.writeString(directory, "a file", UTF_8);
    assertThatExceptionOfType(CriException.class)
        .isThrownBy(this::open)
        .withMessageContaining(directory.toString())
        .satisfies(e -> assertThat(e.code()).isEqualTo(Status.Code.INTERNAL));
  }

  @Test
  void anInterruptedThreadCanStillRecordWhatItUndoes() {
    RecordStore<PodSandboxMetadata> store = open();
    Thread.currentThread().interrupt();
    store.put("a", pod("a"));
    store.put("b", pod("b"));
    store.delete("b");
    assertThat(store.find("a")).contains(pod("a"));
    assertThat(store.loadAll()).containsOnlyKeys("a");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void manyThreadsSeeWholeRecordsOnly() throws Exception {
    RecordStore<PodSandboxMetadata> store = open();
    List<String> keys = List.of("a", "b", "c");
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> work =
          IntStream.range(0, 12)
              .<Future<?>>mapToObj(n -> threads.submit(() -> exercise(store, keys, n)))
              .toList();
      for (Future<?> each : work) {
        each.get();
      }
    }
    keys.forEach(key -> store.put(key, pod(key)));
    assertThat(open().loadAll()).containsOnlyKeys(keys);
    assertThat(directory.resolve("unreadable")).doesNotExist();
  }

  private static void exercise(RecordStore<PodSandboxMetadata> store, List<String> keys, int seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 40; i++) {
      String key = keys.get(random.nextInt(keys.size()));
      switch (random.nextInt(4)) {
        case 0 -> store.delete(key);
        case 1 -> store.put(key, pod(key));
        case 2 -> assertThat(store.loadAll()).allSatisfy((k, v) -> assertThat(v).isEqualTo(pod(k)));
        default -> store.find(key).ifPresent(found -> assertThat(found).isEqualTo(pod(key)));
      }
    }
  }

  private RecordStore<PodSandboxMetadata> open() {
    return RecordStore.open(directory, PodSandboxMetadata.getDefaultInstance());
  }

  private Path onlyFile() {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .reduce((a, b) -> {
            throw new AssertionError("more than one file: " + a + ", " + b);
          })
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static PodSandboxMetadata pod(String name) {
    return PodSandboxMetadata.newBuilder().setName(name).setUid("uid-" + name).build();
  }
}
