package io.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import io.keelson.runtime.docker.records.SandboxRecord;
import io.keelson.runtime.state.RecordStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code keelson debug state}. */
final class DebugCommandTest {
  @TempDir private Path folder;

  private CommandRun state(Path directory) {
    return CommandRun.of("debug", "state", "--state-dir", directory.toString());
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    CommandRun run = state(folder.resolve("none"));

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).contains(folder.resolve("none") + " is not a folder; name the daemon's");
  }

  @Test
  void aDamagedRecordIsToldAndTheOthersAreStillPrinted() throws Exception {
    Path damaged = Files.writeString(folder.resolve("a.record"), "scribble");
    RecordStore.open(folder.resolve("sandboxes"), SandboxRecord.getDefaultInstance())
        .put("pod-1", SandboxRecord.newBuilder().setId("0123abcd").build());
    RecordStore.open(folder.resolve("words"), StringValue.getDefaultInstance())
        .put("word", StringValue.of("x"));

    CommandRun run = state(folder);

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out())
        .contains("# " + damaged + "\n# cannot be read: ")
        .contains("id: \"0123abcd\"")
        .contains("google.protobuf.StringValue, which this version does not know");
  }
}
