package io.keelson.runtime.docker.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.HostConfig;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.PrivateEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PrivateEngine.class)
class PauseImageIT {

  private static String start(DockerEngine engine, String image, HostConfig host, String... command)
      throws InterruptedException {
    return engine.call(
        "run " + image,
        client -> {
          CreateContainerCmd create = client.createContainerCmd(image).withHostConfig(host);
          if (command.length > 0) {
            create.withCmd(command);
          }
          String id = create.exec().getId();
          client.startContainerCmd(id).exec();
          return id;
        });
  }

  private static HostConfig noNetwork() {
    return HostConfig.newHostConfig().withNetworkMode("none");
  }

  private static void remove(DockerEngine engine, String container) throws InterruptedException {
    engine.call(
        "remove " + container,
        client -> client.removeContainerCmd(container).withForce(true).exec());
  }

  @Test
  void isLoadedOnceAndAgainAfterItWasRemoved(DockerEngine engine) throws Exception {
    String first = PauseImage.ensure(engine);
    assertThat(PauseImage.ensure(engine)).isEqualTo(first);

    engine.call(
        "remove the image",
        client -> client.removeImageCmd(PauseImage.NAME).withForce(true).exec());
    assertThat(PauseImage.ensure(engine)).as("same bytes, same id").isEqualTo(first);
  }

  @Test
  void endsWithStatusZeroAtOnceWhenTold(DockerEngine engine) throws Exception {
    PauseImage.ensure(engine);
    for (String signal : List.of("SIGTERM", "SIGINT")) {
      String pause = start(engine, PauseImage.NAME, noNetwork());
      try {
        long before = System.nanoTime();
        engine.call("signal", client -> client.killContainerCmd(pause).withSignal(signal).exec());
        await()
            .atMost(Duration.ofSeconds(5))
            .pollInterval(Duration.ofMillis(10))
            .until(() -> !isRunning(engine, pause));
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(2));
        Long status =
            engine.call(
                "inspect",
                client -> client.inspectContainerCmd(pause).exec().getState().getExitCodeLong());
        assertThat(status).isZero();
      } finally {
        remove(engine, pause);
      }
    }
  }

  private static boolean isRunning(DockerEngine engine, String container)
      throws InterruptedException {
    return engine.call(
        "inspect",
        client ->
            Boolean.TRUE.equals(
                client.inspectContainerCmd(container).exec().getState().getRunning()));
  }

  @Test
  void reapsTheOrphansOfContainersThatShareItsPidNamespace(DockerEngine engine) throws Exception {
    PauseImage.ensure(engine);
    BusyboxImage.load(engine);
    String pause = start(engine, PauseImage.NAME, noNetwork());
    try {
      // The subshell's child loses its parent and, after its end, waits for process 1 to reap it.
      String orphans =
          start(
              engine,
              BusyboxImage.NAME,
              noNetwork().withPidMode("container:" + pause),
              "sh",
              "-c",
              "for i in 1 2 3 4 5; do (sleep 0.05 &); done; exec sleep 60");
      try {
        long pausePid =
            engine.call(
                "inspect",
                client -> client.inspectContainerCmd(pause).exec().getState().getPidLong());
        await()
            .atMost(Duration.ofSeconds(10))
            .untilAsserted(() -> {
              Map<String, Long> states = statesOfNamespace(pausePid);
              assertThat(states).containsOnlyKeys("S").containsEntry("S", 2L);
            });
      } finally {
        remove(engine, orphans);
      }
    } finally {
      remove(engine, pause);
    }
  }

  /** How many processes of a PID namespace are in each state; zombies are {@code Z}. */
  private static Map<String, Long> statesOfNamespace(long pid) throws Exception {
    Path namespace = Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/pid_for_children"));
    return ProcessHandle.allProcesses()
        .filter(process -> inNamespace(process, namespace))
        .map(PauseImageIT::state)
        .collect(Collectors.groupingBy(state -> state, Collectors.counting()));
  }

  private static boolean inNamespace(ProcessHandle process, Path namespace) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/ns/pid"))
          .equals(namespace);
    } catch (IOException gone) {
      return false;
    }
  }

  private static String state(ProcessHandle process) {
    try {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      return stat.substring(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
    } catch (IOException gone) {
      return "gone";
    }
  }
}
