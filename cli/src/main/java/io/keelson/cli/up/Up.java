package io.keelson.cli.up;

import io.fabric8.kubernetes.api.model.Container;
import io.keelson.cli.daemon.Daemon;
import io.keelson.cli.shell.CommandFailure;
import io.keelson.cli.shell.Signals;
import io.keelson.cli.shell.Terminal;
import io.keelson.node.agent.NodeAgent;
import io.keelson.node.agent.PodView;
import io.keelson.node.agent.manifest.PodManifest;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.v1.ContainerFilter;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.ContainerStateValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Runs pods in the foreground: prepares the machine, starts daemon and node agent, shows what
 * happens, and takes everything down again when it ends, however it ends. Used once.
 *
 * <pre>
 *   RUNNING --(done, failed, first signal)--> ENDING --(second signal)--> pods are killed at once
 * </pre>
 */
public final class Up {
  private static final Duration READY_LIMIT = Duration.ofSeconds(30);

  /** Pods end within their own grace period; this only bounds absurd ones. */
  private static final Duration GRACE_LIMIT = Duration.ofHours(1);

  private final UpSettings settings;
  private final Thread main = Thread.currentThread();
  private final Teardown teardown = new Teardown();
  private final CountDownLatch untilSignal = new CountDownLatch(1);
  private final Display display =
      new Display(System.out, Terminal.isStandardOutput(), Terminal.hasColour());
  private boolean ending;
  private volatile @Nullable RuntimeClient hurryingClient;

  private enum Outcome {
    DONE,
    /** By a signal, before the pods were up. */
    CUT_SHORT,
    FAILED
  }

  /** Creates the run; nothing is done yet. */
  public Up(UpSettings settings) {
    this.settings = settings;
  }

  /**
   * Runs to the end.
   *
   * @return the exit status: 0 when nothing failed and, where it ends by itself, all pods were up
   * @throws CommandFailure when the machine cannot be prepared
   * @throws io.keelson.node.agent.manifest.ManifestException for manifests that cannot be used
   */
  public int run() throws InterruptedException {
    FixedManifests manifests = FixedManifests.read(settings.manifests(), nodeName());
    Signals.onTermination(this::onSignal);
    Outcome outcome = Outcome.FAILED;
    try {
      outcome = runPods(manifests);
    } catch (InterruptedException e) {
      // The first signal: what follows is the orderly end it asks for.
      outcome = Outcome.CUT_SHORT;
    } finally {
      beginEnding();
      List<String> left = teardown.run(outcome != Outcome.FAILED);
      display.close();
      left.forEach(System.err::println);
      if (!left.isEmpty()) {
        outcome = Outcome.FAILED;
      }
    }
    return switch (outcome) {
      case DONE -> 0;
      case CUT_SHORT -> settings.once() ? 1 : 0;
      case FAILED -> 1;
    };
  }

  private Outcome runPods(FixedManifests read) throws InterruptedException {
    boolean fake = settings.handler().equals("fake");
    DockerHost docker = new DockerHost(display, teardown, wantsExampleImage(read));
    Host host = fake ? FakeHost.prepare(display, teardown) : docker.prepare();
    FixedManifests manifests = fake ? read.withoutNetworkProbes() : read;
    Daemon daemon = Daemon.start(host.configuration());
    teardown.add("end the daemon", daemon::close);
    Endpoint endpoint = host.configuration().listen().getFirst();
    RuntimeClient client = RuntimeClient.connect(endpoint);
    teardown.add("close the connection", client::close);
    client.awaitReady(READY_LIMIT);
    hurryingClient = client;
    display.print("daemon at " + endpoint);
    if (!fake) {
      docker.loadExampleImage(client);
    }
    start(manifests, host, client);
    docker.agentStarted();
    List<String> names = manifests.manifests().pods().stream().map(PodManifest::fullName).toList();
    boolean up = display.board().awaitUp(names, settings.limit());
    if (!up) {
      display.print(
          "not all pods were up within %d s: %s"
              .formatted(settings.limit().toSeconds(), String.join("; ", troubles(names))));
    }
    boolean answering = !host.hasNetwork() || checkPorts(manifests);
    if (settings.once()) {
      display.print(up && answering ? "all pods are up; removing them" : "removing the pods");
      return up && answering ? Outcome.DONE : Outcome.FAILED;
    }
    display.print("Ctrl-C ends and removes all of it");
    awaitSignal();
    return up || display.board().awaitUp(names, Duration.ZERO) ? Outcome.DONE : Outcome.FAILED;
  }

  private void awaitSignal() {
    try {
      untilSignal.await();
    } catch (InterruptedException e) {
      // Only the first signal interrupts; it is what is awaited.
    }
  }

  private static boolean wantsExampleImage(FixedManifests manifests) {
    return manifests.manifests().pods().stream()
        .flatMap(manifest -> FixedManifests.containers(manifest.pod()))
        .map(Container::getImage)
        .anyMatch(ExampleImage.NAME::equals);
  }

  private void start(FixedManifests manifests, Host host, RuntimeClient client)
      throws InterruptedException {
    LogTails logs = new LogTails(display);
    teardown.add("end following the logs", logs::close);
    NodeAgent agent =
        NodeAgent.builder(client, host.agentDirectory(), manifests)
            .nodeName(nodeName())
            .listener(display.board())
            .listener(logs)
            .build();
    teardown.add("end the pods", () -> agent.close(NodeAgent.PodsAtClose.TERMINATE, GRACE_LIMIT));
    try {
      agent.start();
    } catch (IOException e) {
      throw new CommandFailure("the node agent cannot start: " + e.getMessage(), e);
    }
  }

  private List<String> troubles(List<String> names) {
    List<PodView> pods = display.board().pods();
    List<String> troubles = new ArrayList<>();
    for (String name : names) {
      pods.stream()
          .filter(pod -> pod.fullName().equals(name) && !PodBoard.isUp(pod))
          .map(pod -> name + ": " + Display.trouble(pod))
          .forEach(troubles::add);
      if (pods.stream().noneMatch(pod -> pod.fullName().equals(name))) {
        troubles.add(name + ": not begun");
      }
    }
    return troubles;
  }

  /** Tells how each declared port answers; true unless a host port fails whose pod answers. */
  private boolean checkPorts(FixedManifests manifests) throws InterruptedException {
    boolean good = true;
    for (PodManifest manifest : manifests.manifests().pods()) {
      for (PodView view : display.board().pods()) {
        if (!view.fullName().equals(manifest.fullName()) || view.ips().isEmpty()) {
          continue;
        }
        boolean podAnswers = false;
        for (PortCheck check : PortCheck.of(manifest.pod(), view.ips().getFirst())) {
          display.print("%-20s %s".formatted(view.name(), check.text()));
          switch (check.kind()) {
            case POD_IP -> podAnswers = check.answers();
            case HOST_PORT -> good &= check.answers() || !podAnswers;
          }
        }
      }
    }
    return good;
  }

  /** From now on a signal means: faster. */
  private synchronized void beginEnding() {
    ending = true;
    // An interrupt by the first signal has done its work.
    Thread.interrupted();
  }

  private synchronized boolean endBySignal() {
    boolean first = !ending;
    ending = true;
    if (first) {
      main.interrupt();
    }
    return first;
  }

  private void onSignal() {
    boolean first = endBySignal();
    untilSignal.countDown();
    try {
      if (first) {
        display.print("ending; a second Ctrl-C kills the pods at once");
      } else {
        hurry();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void hurry() throws InterruptedException {
    RuntimeClient client = hurryingClient;
    if (client == null) {
      return;
    }
    display.print("killing the pods");
    ContainerFilter running =
        ContainerFilter.newBuilder()
            .setState(ContainerStateValue.newBuilder().setState(ContainerState.CONTAINER_RUNNING))
            .build();
    try {
      for (var container : client.listContainers(running)) {
        client.stopContainer(container.getId(), Duration.ZERO);
      }
    } catch (CriException e) {
      // The orderly end, which goes on, tells what is left.
      display.print("cannot kill: " + e.getMessage());
    }
  }

  private static String nodeName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("read this machine's name", e);
    }
  }
}
