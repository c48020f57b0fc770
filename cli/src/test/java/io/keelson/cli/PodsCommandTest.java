package io.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code keelson pods}, {@code logs} and {@code exec} against a daemon. */
final class PodsCommandTest {
  @TempDir private Path folder;
  private FakeNode node;

  @BeforeEach
  void startDaemon() throws Exception {
    node = new FakeNode(folder);
  }

  @AfterEach
  void endDaemon() {
    node.close();
  }

  private CommandRun keelson(String command, String... words) {
    String[] all = new String[words.length + 3];
    all[0] = command;
    all[1] = "--endpoint";
    all[2] = node.endpoint();
    System.arraycopy(words, 0, all, 3, words.length);
    return CommandRun.of(all);
  }

  @Test
  void listsPodsByNameWithTheirContainers() throws Exception {
    String web = node.pod("shop", "web");
    node.container(web, "shop", "web", "server", 0);
    node.exit(node.container(web, "shop", "web", "setup", 0), 0);
    String db = node.pod("default", "db");
    node.client().stopPodSandbox(db);

    CommandRun run = keelson("pods");

    assertThat(run.status()).isZero();
    List<String> lines = run.out().lines().toList();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).matches("POD ID +POD +STATE +IP +HANDLER +AGE +CONTAINERS");
    assertThat(lines.get(1))
        .startsWith(db.substring(0, 13))
        .containsPattern("default/db +notready +- +fake +\\d+s");
    assertThat(lines.get(2))
        .startsWith(web.substring(0, 13))
        .containsPattern("shop/web +ready +10\\.88\\.0\\.\\d+ +fake")
        .endsWith("server=running setup=exited");
  }

  @Test
  void listsForScriptsWithWholeIds() throws Exception {
    String web = node.pod("shop", "web");
    String server = node.container(web, "shop", "web", "server", 0);

    CommandRun run = keelson("pods", "--output", "json");

    JsonNode pods = new ObjectMapper().readTree(run.out());
    assertThat(pods).hasSize(1);
    assertThat(pods.get(0).get("id").asText()).isEqualTo(web);
    assertThat(pods.get(0).get("state").asText()).isEqualTo("ready");
    assertThat(pods.get(0).get("containers").get(0).get("id").asText()).isEqualTo(server);
  }

  @Test
  void noPodsAreNoFailure() {
    CommandRun run = keelson("pods");

    assertThat(run.status()).isZero();
    assertThat(run.out().lines()).hasSize(1);
    assertThat(keelson("pods", "--output", "json").out().strip()).isEqualTo("[ ]");
  }

  @Test
  void anEndpointWhereNothingAnswersIsNamedWithWhatToDo() {
    node.close();

    CommandRun run = keelson("pods");

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err())
        .startsWith("keelson: ")
        .contains(node.endpoint())
        .contains("check that a container runtime listens there");
    assertThat(run.err().lines()).hasSize(1);
  }

  @Test
  void findsAPodByNameByFullNameAndByAPrefixOfItsId() throws Exception {
    String web = node.pod("shop", "web");
    node.container(web, "shop", "web", "server", 0);

    for (String word : List.of("web", "shop/web", web, web.substring(0, 4))) {
      CommandRun run = keelson("exec", word, "true");

      assertThat(run.err()).as(word).isEmpty();
      assertThat(run.out()).as(word).isEqualTo("true\n");
    }
  }

  @Test
  void aPodThatIsNotThereIsRefusedWithThoseThatAre() throws Exception {
    node.pod("shop", "web");
    node.pod("default", "db");

    CommandRun run = keelson("logs", "wbe");

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).contains("there is no pod 'wbe'; there are: default/db, shop/web");
  }

  @Test
  void withoutAnyPodTheRefusalSaysSo() {
    assertThat(keelson("logs", "web").err()).contains("there is no pod 'web', and no other one");
  }

  @Test
  void aNameThatSeveralPodsHaveIsRefusedInsteadOfGuessed() throws Exception {
    node.container(node.pod("shop", "web"), "shop", "web", "server", 0);
    node.container(node.pod("blog", "web"), "blog", "web", "server", 0);

    CommandRun run = keelson("exec", "web", "true");

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains(
            "'web' fits several pods: blog/web, shop/web; write namespace/name or a longer id");
    assertThat(keelson("exec", "blog/web", "true").status()).isZero();
  }

  @Test
  void aContainerOfSeveralMustBeChosen() throws Exception {
    String web = node.pod("shop", "web");
    node.container(web, "shop", "web", "server", 0);
    node.container(web, "shop", "web", "sidecar", 0);

    CommandRun unclear = keelson("logs", "web");
    assertThat(unclear.status()).isEqualTo(1);
    assertThat(unclear.err())
        .contains("pod 'web' has several containers; choose one with -c: server, sidecar");

    CommandRun unknown = keelson("logs", "web", "-c", "servre");
    assertThat(unknown.status()).isEqualTo(1);
    assertThat(unknown.err())
        .contains("pod 'web' has no container 'servre'; it has: server, sidecar");

    assertThat(keelson("logs", "web", "-c", "sidecar").out()).isEqualTo("started: sidecar-0\n");
  }

  @Test
  void logsAreThoseOfTheLatestAttemptAsLongAsAsked() throws Exception {
    String web = node.pod("shop", "web");
    node.exit(node.container(web, "shop", "web", "server", 0), 1);
    String latest = node.container(web, "shop", "web", "server", 1);

    assertThat(keelson("logs", "web").out()).isEqualTo("started: server-1\n");

    node.exit(latest, 3);
    assertThat(keelson("logs", "web").out())
        .isEqualTo("started: server-1\nended with exit code 3\n");
    assertThat(keelson("logs", "--tail", "1", "web").out()).isEqualTo("ended with exit code 3\n");
    assertThat(keelson("logs", "--tail", "0", "web").out()).isEmpty();
  }

  @Test
  void followingGoesOnUntilTheContainerHasEnded() throws Exception {
    String web = node.pod("shop", "web");
    String server = node.container(web, "shop", "web", "server", 0);

    try (KeelsonProcess follower =
        KeelsonProcess.start(folder, "logs", "-f", "--endpoint", node.endpoint(), "web")) {
      follower.awaitOutput("started: server-0");
      node.exit(server, 0);

      assertThat(follower.awaitExit()).isZero();
      assertThat(follower.output()).isEqualTo("started: server-0\nended with exit code 0\n");
    }
  }

  @Test
  void aCommandKeepsItsOwnOptions() throws Exception {
    node.container(node.pod("shop", "web"), "shop", "web", "server", 0);

    for (List<String> words :
        List.of(
            List.of("web", "/bin/sh", "-c", "exit 3"),
            List.of("web", "--", "/bin/sh", "-c", "exit 3"),
            List.of("-c", "server", "web", "/bin/sh", "-c", "exit 3"),
            List.of("web", "-c", "server", "--", "/bin/sh", "-c", "exit 3"))) {
      CommandRun run = keelson("exec", words.toArray(String[]::new));

      assertThat(run.err()).as("%s", words).isEmpty();
      assertThat(run.out()).as("%s", words).isEqualTo("/bin/sh -c exit 3\n");
      assertThat(run.status()).as("%s", words).isZero();
    }
  }

  @Test
  void nothingRunsInAContainerThatHasEnded() throws Exception {
    node.exit(node.container(node.pod("shop", "web"), "shop", "web", "server", 0), 0);

    CommandRun run = keelson("exec", "web", "true");

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).contains("does not run");
  }
}
