package io.keelson.runtime.docker.engine;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.api.model.Version;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.core.RemoteApiVersion;
import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.transport.Endpoint;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The connection to one Docker Engine. It is made on first use, so that an engine which is down
 * shows as a failed call and not as a failed start, and it survives restarts of the engine.
 *
 * <p>The API version is agreed with the engine: the newest both sides know, at least {@link
 * #OLDEST_API} and at most {@link #NEWEST_API}.
 *
 * <p>Thread-safe. Calls block, at most {@link #CONNECTION_LIMIT} at once, and answer an interrupt
 * by abandoning the request.
 */
public final class DockerEngine implements AutoCloseable {

  /** Where an engine listens by default. */
  public static final Endpoint DEFAULT_ENDPOINT =
      new Endpoint.Unix(Path.of("/var/run/docker.sock"));

  /** The oldest API spoken: that of Docker 20.10. */
  public static final ApiVersion OLDEST_API = new ApiVersion(1, 41);

  /** The newest API spoken: the least that Docker 29 accepts. */
  public static final ApiVersion NEWEST_API = new ApiVersion(1, 44);

  /** Most requests in flight at once; further ones wait. */
  public static final int CONNECTION_LIMIT = 128;

  private final Endpoint endpoint;
  private final DockerHttpClient http;
  private final ReentrantLock negotiating = new ReentrantLock();
  private volatile @Nullable Negotiated negotiated;

  private record Negotiated(DockerClient client, EngineVersion version) {}

  private DockerEngine(Endpoint endpoint) {
    this.endpoint = endpoint;
    this.http =
        new ZerodepDockerHttpClient.Builder()
            .dockerHost(uri(endpoint))
            .maxConnections(CONNECTION_LIMIT)
            .connectionTimeout(Duration.ofSeconds(5))
            .build();
  }

  /**
   * The engine at an endpoint; nothing is sent yet.
   *
   * @param endpoint a unix socket, or a TCP port without TLS (a socket proxy on this machine)
   */
  public static DockerEngine at(Endpoint endpoint) {
    return new DockerEngine(endpoint);
  }

  /** Where the engine listens. */
  public Endpoint endpoint() {
    return endpoint;
  }

  /**
   * Runs one docker-java command.
   *
   * @param what the action for error messages, such as {@code start container 3f2a}
   * @throws CriException with the code that the engine's answer means; {@code UNAVAILABLE} when it
   *     does not answer
   */
  public <T> T call(String what, Function<DockerClient, T> command) throws InterruptedException {
    return guarded(what, () -> command.apply(negotiate(what).client()));
  }

  /** The engine's version and the API version agreed with it. */
  public EngineVersion version() throws InterruptedException {
    return negotiate("ask for the engine's version").version();
  }

  /** Returns when the engine answers; throws {@code UNAVAILABLE} when it does not. */
  public void ping() throws InterruptedException {
    call("ping the engine", client -> client.pingCmd().exec());
  }

  /** The engine's present state and settings; costs the engine some milliseconds. */
  public Info info() throws InterruptedException {
    return call("ask for the engine's state", client -> client.infoCmd().exec());
  }

  private Negotiated negotiate(String what) throws InterruptedException {
    Negotiated known = negotiated;
    if (known != null) {
      return known;
    }
    negotiating.lockInterruptibly();
    try {
      known = negotiated;
      if (known == null) {
        known = guarded(what, this::agree);
        negotiated = known;
      }
      return known;
    } finally {
      negotiating.unlock();
    }
  }

  private Negotiated agree() {
    Version offered = client(RemoteApiVersion.unknown()).versionCmd().exec();
    ApiVersion newest = ApiVersion.parse(offered.getApiVersion());
    ApiVersion oldest =
        offered.getMinAPIVersion() == null ? newest : ApiVersion.parse(offered.getMinAPIVersion());
    if (newest.compareTo(OLDEST_API) < 0) {
      throw CriException.failedPrecondition(
          "Docker Engine %s at %s speaks API %s at most, %s is needed; install Docker 20.10 or later"
              .formatted(offered.getVersion(), endpoint, newest, OLDEST_API));
    }
    if (oldest.compareTo(NEWEST_API) > 0) {
      throw CriException.failedPrecondition(
          "Docker Engine %s at %s speaks API %s at least, %s is the newest known here; use a newer Keelson"
              .formatted(offered.getVersion(), endpoint, oldest, NEWEST_API));
    }
    ApiVersion agreed = newest.compareTo(NEWEST_API) < 0 ? newest : NEWEST_API;
    return new Negotiated(
        client(RemoteApiVersion.create(agreed.major(), agreed.minor())),
        new EngineVersion(offered.getVersion(), agreed, newest, offered.getArch()));
  }

  private DockerClient client(RemoteApiVersion version) {
    DockerClientConfig config =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost(uri(endpoint).toString())
            .withDockerTlsVerify(false)
            .withApiVersion(version)
            .build();
    return DockerClientImpl.getInstance(config, http);
  }

  private interface Step<T> {
    T run() throws InterruptedException;
  }

  private <T> T guarded(String what, Step<T> step) throws InterruptedException {
    try {
      return step.run();
    } catch (RuntimeException e) {
      if (EngineErrors.isInterruption(e)) {
        Thread.interrupted();
        InterruptedException interrupted = new InterruptedException("interrupted: " + what);
        interrupted.initCause(e);
        throw interrupted;
      }
      throw EngineErrors.of(endpoint, what, e);
    }
  }

  private static URI uri(Endpoint endpoint) {
    return URI.create(endpoint.toString());
  }

  /** Closes the connections; containers keep running. */
  @Override
  public void close() {
    try {
      http.close();
    } catch (IOException e) {
      throw CriException.internal("cannot close the connections to " + endpoint, e);
    }
  }
}
