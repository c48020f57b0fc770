package io.keelson.cli.up;

import io.keelson.cli.config.DaemonConfiguration;
import io.keelson.cli.doctor.Doctor;
import io.keelson.cli.doctor.Programs;
import io.keelson.cli.shell.CommandFailure;
import io.keelson.linux.FileTrees;
import io.keelson.node.agent.PodView;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.DockerEngineProcess;
import io.keelson.runtime.docker.engine.EngineVersion;
import io.keelson.runtime.docker.image.ImageArchive;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.transport.UnixSocketFile;
import io.keelson.runtime.v1.ImageSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Prepares this machine for pods on Docker: installs what is missing, starts a private engine when
 * none answers, brings a pod network when there is none.
 */
final class DockerHost {
  private static final List<String> PLUGINS = List.of("bridge", "host-local", "portmap");

  private final Display display;
  private final Teardown teardown;
  private final boolean wantsExampleImage;
  private Endpoint engine = DockerEngine.DEFAULT_ENDPOINT;
  private boolean adopted;

  /**
   * Creates the preparation; nothing is done yet.
   *
   * @param wantsExampleImage whether a pod uses {@link ExampleImage#NAME}
   */
  DockerHost(Display display, Teardown teardown, boolean wantsExampleImage) {
    this.display = display;
    this.teardown = teardown;
    this.wantsExampleImage = wantsExampleImage;
  }

  /**
   * Makes everything ready that comes before the daemon.
   *
   * @throws CommandFailure when Docker cannot be had here, with the reason and the way out
   */
  Host prepare() throws InterruptedException {
    if (!Doctor.isRoot()) {
      throw unavailable("it needs root: run sudo keelson up");
    }
    DaemonConfiguration defaults = DaemonConfiguration.DEFAULTS;
    Workplace workplace = claim();
    teardown.setLast(good -> leave(workplace, good));
    requireFree(DaemonConfiguration.DEFAULT_ENDPOINT);
    adopted = !workplace.hasRemains();
    teardown.add("remove the pods", this::requireNoPods);
    addRemoval(workplace.run());
    addRemoval(workplace.state());
    DockerEngineProcess.Settings ownEngine = workplace.engine();
    addRemoval(ownEngine.dataRoot());
    Optional<String> version = answers(DockerEngine.DEFAULT_ENDPOINT);
    install(missing(defaults.cni().binDirectories(), version.isEmpty()));
    if (version.isPresent()) {
      display.print("Docker Engine %s at %s, which stays".formatted(version.get(), engine));
      // One that a killed run has started when there was no other.
      DockerEngineProcess.clear(ownEngine);
    } else {
      engine = startEngine(ownEngine);
    }
    DaemonConfiguration.Cni cni = network(defaults.cni(), new PodBridge(workplace.network()));
    return new Host(
        new DaemonConfiguration(
            defaults.listen(),
            null,
            workplace.state(),
            workplace.run(),
            Map.of("docker", Map.of("endpoint", engine.toString())),
            cni,
            defaults.streaming(),
            defaults.logLevel()),
        workplace.state().resolve("agent"),
        true);
  }

  private static Workplace claim() {
    try {
      return Workplace.claim();
    } catch (IOException e) {
      throw new CommandFailure("cannot run pods here: " + e.getMessage(), e);
    }
  }

  /** Finds out before anything is installed or started what would only fail at the end. */
  private static void requireFree(Endpoint.Unix endpoint) {
    try {
      UnixSocketFile.claim(endpoint.path()).close();
    } catch (IOException e) {
      throw new CommandFailure("the daemon cannot start: " + e.getMessage(), e);
    }
  }

  private void leave(Workplace workplace, boolean good) throws IOException, InterruptedException {
    List<Path> logs = workplace.leave(!good);
    if (good) {
      display.print("removed all of it");
    } else if (!logs.isEmpty()) {
      display.print(
          "the logs of this run stay until the next: "
              + logs.stream().map(Path::toString).collect(Collectors.joining(", ")));
    }
  }

  /** What is known of a pod must not go before the pod. */
  private void addRemoval(Path folder) {
    teardown.add(
        "remove " + folder,
        () -> {
          if (podsLeft().isEmpty()) {
            FileTrees.delete(folder);
          }
        });
  }

  private void requireNoPods() throws IOException {
    List<String> left = podsLeft();
    if (!left.isEmpty()) {
      throw new IOException(
          "%s could not be ended; run keelson up again to clear it away"
              .formatted(String.join(", ", left)));
    }
  }

  private List<String> podsLeft() {
    return adopted
        ? display.board().pods().stream().map(PodView::fullName).toList()
        : List.of("what a run that was killed has left");
  }

  /** To be told once the agent runs: from then on the pods of a killed run are on the board too. */
  void agentStarted() {
    adopted = true;
  }

  /** Why Docker is out of reach, and what works without it. */
  private static CommandFailure unavailable(String reason) {
    return new CommandFailure(
        "Docker cannot be had here: "
            + reason
            + "\nTo see the whole path with nothing installed and without root:"
            + " keelson up --handler fake");
  }

  private static Optional<String> answers(Endpoint endpoint) throws InterruptedException {
    try (DockerEngine engine = DockerEngine.at(endpoint)) {
      EngineVersion version = engine.version();
      return Optional.of(version.engine());
    } catch (CriException e) {
      return Optional.empty();
    }
  }

  private List<String> missing(List<Path> pluginDirectories, boolean needsEngine) {
    List<String> programs = new ArrayList<>(List.of("iptables", "ip"));
    if (needsEngine) {
      programs.addAll(List.of("dockerd", "containerd"));
    }
    if (wantsExampleImage) {
      programs.add("busybox");
    }
    List<String> missing = new ArrayList<>();
    programs.stream().filter(p -> Programs.find(p).isEmpty()).forEach(missing::add);
    PLUGINS.stream()
        .filter(p -> pluginDirectories.stream().noneMatch(d -> Files.isExecutable(d.resolve(p))))
        .map(p -> "the CNI plugin " + p)
        .forEach(missing::add);
    return missing;
  }

  private void install(List<String> missing) throws InterruptedException {
    if (missing.isEmpty()) {
      return;
    }
    String home = System.getProperty("keelson.home");
    String what = String.join(", ", missing) + " is missing";
    if (home == null) {
      throw unavailable(what + "; run bin/setup of Keelson's source");
    }
    display.print(what + "; running bin/setup");
    try {
      Process setup =
          new ProcessBuilder(Path.of(home, "bin", "setup").toString(), "--runtime-only")
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .start();
      String last = "";
      try (BufferedReader lines = setup.inputReader()) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          display.print("  " + line);
          last = line;
        }
        if (setup.waitFor() != 0) {
          throw unavailable(what + ", and it could not be installed: " + last);
        }
      } finally {
        setup.destroy();
      }
    } catch (IOException e) {
      throw unavailable(what + ", and bin/setup cannot be run: " + e.getMessage());
    }
  }

  private Endpoint startEngine(DockerEngineProcess.Settings settings) throws InterruptedException {
    display.print("no Docker Engine answers; starting one of our own");
    try {
      DockerEngineProcess process = DockerEngineProcess.start(settings);
      teardown.add("stop the Docker Engine", process::close);
      display.print(
          "Docker Engine %s at %s"
              .formatted(answers(process.endpoint()).orElse("?"), process.endpoint()));
      return process.endpoint();
    } catch (CriException e) {
      throw unavailable(String.valueOf(e.getMessage()));
    }
  }

  private DaemonConfiguration.Cni network(DaemonConfiguration.Cni defaults, PodBridge bridge)
      throws InterruptedException {
    Optional<Path> present = Doctor.networkConfiguration(defaults.confDirectory());
    teardown.add(
        "remove the pod network " + PodBridge.BRIDGE,
        () -> {
          if (podsLeft().isEmpty()) {
            bridge.remove();
          }
        });
    if (present.isPresent()) {
      display.print("pods join the network of " + present.get());
      return new DaemonConfiguration.Cni(
          defaults.confDirectory(),
          defaults.binDirectories(),
          bridge.cacheDirectory(),
          defaults.timeout());
    }
    try {
      display.print("pods join the bridge %s, %s".formatted(PodBridge.BRIDGE, bridge.configure()));
    } catch (IOException e) {
      throw unavailable("no pod network can be set up: " + e.getMessage());
    }
    return new DaemonConfiguration.Cni(
        bridge.confDirectory(),
        defaults.binDirectories(),
        bridge.cacheDirectory(),
        defaults.timeout());
  }

  /** Gives the engine the example image, if a pod uses it and the engine has another or none. */
  void loadExampleImage(RuntimeClient client) throws InterruptedException {
    if (!wantsExampleImage) {
      return;
    }
    ImageSpec spec = ImageSpec.newBuilder().setImage(ExampleImage.NAME).build();
    try (DockerEngine connection = DockerEngine.at(engine)) {
      ImageArchive image = ExampleImage.make(connection.version().architecture());
      var present = client.imageStatus(spec);
      if (present.isPresent() && present.get().getId().equals(image.id())) {
        return;
      }
      image.loadInto(connection);
      display.print("image %s made from this machine's busybox".formatted(ExampleImage.NAME));
      if (engine.equals(DockerEngine.DEFAULT_ENDPOINT)) {
        teardown.add("remove the image " + ExampleImage.NAME, () -> client.removeImage(spec));
      }
    }
  }
}
