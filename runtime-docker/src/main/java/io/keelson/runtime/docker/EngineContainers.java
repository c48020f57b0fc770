package io.keelson.runtime.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Container;
import io.grpc.Status;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.spi.CriException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The calls to the engine that sandboxes and containers share; all of them may be repeated. */
final class EngineContainers {
  /** As good as for ever, and within what the engine can count. */
  private static final Duration LONGEST_GRACE = Duration.ofDays(365);

  private final DockerEngine engine;
  private final String owner;

  EngineContainers(DockerEngine engine, String owner) {
    this.engine = engine;
    this.owner = owner;
  }

  /** What the engine says of a container; empty when it does not know it. */
  Optional<InspectContainerResponse> inspect(String id) throws InterruptedException {
    try {
      return Optional.of(
          engine.call("inspect container " + id, c -> c.inspectContainerCmd(id).exec()));
    } catch (CriException e) {
      if (e.code() == Status.Code.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Every container of this daemon that the engine has, running or not. */
  List<Container> list() throws InterruptedException {
    return labelled(Map.of(Labels.OWNER, owner));
  }

  private List<Container> labelled(Map<String, String> labels) throws InterruptedException {
    return engine.call(
        "list containers",
        client -> client.listContainersCmd().withShowAll(true).withLabelFilter(labels).exec());
  }

  /**
   * Makes a container. The engine's answer is waited for even when the caller is interrupted, so
   * that afterwards {@link #removeMade} finds whatever was made.
   *
   * @param command makes it and returns its id
   */
  String create(String what, DockerEngine.Command<String> command) throws InterruptedException {
    String id = Beside.start(() -> engine.call(what, command)).await();
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted: " + what);
    }
    return id;
  }

  /** Removes what was made for a record, whether or not its id was ever learned. */
  void removeMade(String token) throws InterruptedException {
    for (Container container : labelled(Map.of(Labels.OWNER, owner, Labels.TOKEN, token))) {
      remove(container.getId());
    }
  }

  /** Kills a container at once; fine when it does not run or is gone. */
  void kill(String id) throws InterruptedException {
    tolerant(
        () -> engine.call("kill container " + id, client -> client.killContainerCmd(id).exec()));
  }

  /** Sends the stop signal and kills after the grace period; returns when the process has ended. */
  void stop(String id, Duration grace) throws InterruptedException {
    // The engine counts in seconds; a part of one is still a time to end in.
    long seconds = Math.min(grace.plusMillis(999).toSeconds(), LONGEST_GRACE.toSeconds());
    tolerant(() ->
        engine.call(
            "stop container " + id,
            DockerEngine.CALL_LIMIT.plusSeconds(seconds),
            client -> client.stopContainerCmd(id).withTimeout((int) seconds).exec()));
  }

  /** Removes a container with its anonymous volumes, killing it first; fine when it is gone. */
  void remove(String id) throws InterruptedException {
    tolerant(() ->
        engine.call(
            "remove container " + id,
            client ->
                client.removeContainerCmd(id).withForce(true).withRemoveVolumes(true).exec()));
  }

  @FunctionalInterface
  private interface Call {
    void run() throws InterruptedException;
  }

  private static void tolerant(Call call) throws InterruptedException {
    try {
      call.run();
    } catch (CriException e) {
      boolean doneAlready =
          e.code() == Status.Code.NOT_FOUND
              || e.code() == Status.Code.FAILED_PRECONDITION
              // The engine's word for a removal that another call has begun.
              || String.valueOf(e.getMessage()).contains("already in progress");
      if (!doneAlready) {
        throw e;
      }
    }
  }
}
