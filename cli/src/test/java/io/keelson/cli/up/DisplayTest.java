package io.keelson.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import io.keelson.node.agent.ContainerView;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What people see of pods. */
final class DisplayTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private String written() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void withoutATerminalThereIsALineForWhatHasChangedAndNoControlCharacter() throws Exception {
    try (Display display = new Display(out, false, false)) {
      display.board().changed(PodViews.pod("web", "Running", true));
      org.awaitility.Awaitility.await().until(() -> written().contains("web"));
      display.print("a line");
      org.awaitility.Awaitility.await().until(() -> written().contains("a line"));
      display.board().removed("default", "web");
    }

    assertThat(written().lines())
        .containsExactly(
            "web                  Running, ready, pod IP 10.0.0.9",
            "a line",
            "web                  removed");
    assertThat(written()).doesNotContain("\u001b");
  }

  @Test
  void everythingPrintedBeforeTheEndIsShown() throws Exception {
    try (Display display = new Display(out, false, false)) {
      for (int i = 0; i < 1000; i++) {
        display.print("line " + i);
      }
    }

    assertThat(written().lines()).hasSize(1000).endsWith("line 999");
  }

  @Test
  void troubleNamesWhatEveryContainerThatIsNotReadyWaitsFor() {
    ContainerView good = PodViews.container("good", ContainerView.State.RUNNING, "", "", true);
    ContainerView waiting =
        PodViews.container(
            "slow", ContainerView.State.WAITING, "ErrImagePull", "no such image", false);
    ContainerView ended =
        PodViews.container("bad", ContainerView.State.TERMINATED, "Error", "", false);

    assertThat(Display.trouble(PodViews.pod("web", "Pending", false, good, waiting, ended)))
        .isEqualTo(
            "Pending; slow waiting, ErrImagePull: no such image;"
                + " bad terminated, exit code 3, Error");
  }

  @Test
  void whatAPodWritesCannotSteerTheTerminal() {
    assertThat(Display.printable("\u001b[2Jgone\r\nnext\tcolumn\u009b1m"))
        .isEqualTo("[2Jgone  next\tcolumn 1m");
  }
}
