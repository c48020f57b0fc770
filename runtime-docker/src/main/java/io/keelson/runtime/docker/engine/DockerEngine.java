package io.keelson.runtime.docker.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.api.model.Version;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.core.RemoteApiVersion;
import com.github.dockerjava.transport.DockerHttpClient;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.transport.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
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

  /**
   * The newest API spoken: the first with images as mounts, which an engine with containerd's image
   * store needs. Docker 29 wants 1.44 at least.
   */
  public static final ApiVersion NEWEST_API = new ApiVersion(1, 48);

  /** Most requests in flight at once; further ones wait. */
  public static final int CONNECTION_LIMIT = 128;

  /**
   * How long a call may take unless its caller says otherwise. The engine answers in milliseconds;
   * this is for one that hangs.
   */
  public static final Duration CALL_LIMIT = Duration.ofMinutes(2);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ERROR_DOCUMENT_LIMIT = 64 * 1024;

  private final Endpoint endpoint;
  private final EngineTransport http;
  private final CallLimits limits = new CallLimits();
  private final ReentrantLock negotiating = new ReentrantLock();
  private volatile @Nullable Negotiated negotiated;

  private record Negotiated(DockerClient client, EngineVersion version) {}

  /** A docker-java command, run on the caller's thread. */
  @FunctionalInterface
  public interface Command<T> {
    /** Runs the command; what docker-java throws may pass. */
    T run(DockerClient client) throws InterruptedException;
  }

  private DockerEngine(Endpoint endpoint) {
    this.endpoint = endpoint;
    this.http = new EngineTransport(endpoint, CONNECTION_LIMIT);
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

  /** {@link #call(String, Duration, Command)} within {@link #CALL_LIMIT}. */
  public <T> T call(String what, Command<T> command) throws InterruptedException {
    return call(what, CALL_LIMIT, command);
  }

  /**
   * Runs one docker-java command.
   *
   * @param what the action for error messages, such as {@code start container 3f2a}
   * @param limit how long it may take; zero for a command that may take any time
   * @throws CriException with the code that the engine's answer means; {@code UNAVAILABLE} when it
   *     does not answer, or not within {@code limit}
   */
  public <T> T call(String what, Duration limit, Command<T> command) throws InterruptedException {
    return guarded(what, limit, () -> command.run(negotiate().client()));
  }

  /**
   * Posts a request whose answer is a stream of JSON documents (pull, load, build) and hands each
   * to {@code reader} as it comes, on the caller's thread. The stream's end is the return.
   *
   * @param path below the API version, such as {@code /images/create?fromImage=busybox}
   * @param body the request's body, or null for none; not closed
   * @throws CriException as {@link #call} throws, and what {@code reader} throws
   */
  public void stream(
      String what,
      String path,
      Map<String, String> headers,
      @Nullable InputStream body,
      Consumer<JsonNode> reader)
      throws InterruptedException {
    guarded(
        what,
        Duration.ZERO,
        () -> {
          DockerHttpClient.Request request =
              DockerHttpClient.Request.builder()
                  .method(DockerHttpClient.Request.Method.POST)
                  .path("/v" + negotiate().version().api() + path)
                  .headers(headers)
                  .body(body)
                  .build();
          try (DockerHttpClient.Response response = http.execute(request)) {
            requireSuccess(what, response);
            try (MappingIterator<JsonNode> items =
                JSON.readerFor(JsonNode.class).readValues(response.getBody())) {
              while (items.hasNextValue()) {
                reader.accept(items.nextValue());
              }
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          return "";
        });
  }

  /** The failure that an error within a {@link #stream} of documents means. */
  public CriException refusal(String what, String engineMessage) {
    return EngineErrors.refused(what, 500, engineMessage, null);
  }

  /** A step that talks to the engine without docker-java. */
  interface RawStep<T> {
    T run() throws IOException;
  }

  /** Runs such a step with the failures of {@link #call}. */
  <T> T raw(String what, RawStep<T> step) throws InterruptedException {
    return guarded(
        what,
        CALL_LIMIT,
        () -> {
          try {
            return step.run();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private static void requireSuccess(String what, DockerHttpClient.Response response)
      throws IOException {
    int status = response.getStatusCode();
    if (status < 200 || status > 299) {
      byte[] document = response.getBody().readNBytes(ERROR_DOCUMENT_LIMIT);
      throw EngineErrors.refused(
          what, status, EngineErrors.message(new String(document, StandardCharsets.UTF_8)), null);
    }
  }

  /** The engine's version and the API version agreed with it. */
  public EngineVersion version() throws InterruptedException {
    return guarded("ask for the engine's version", CALL_LIMIT, this::negotiate).version();
  }

  /** Returns when the engine answers; throws {@code UNAVAILABLE} when it does not. */
  public void ping() throws InterruptedException {
    call("ping the engine", client -> client.pingCmd().exec());
  }

  /** The engine's present state and settings; costs the engine some milliseconds. */
  public Info info() throws InterruptedException {
    return call("ask for the engine's state", client -> client.infoCmd().exec());
  }

  private Negotiated negotiate() throws InterruptedException {
    Negotiated known = negotiated;
    if (known != null) {
      return known;
    }
    negotiating.lockInterruptibly();
    try {
      known = negotiated;
      if (known == null) {
        known = agree();
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

  private <T> T guarded(String what, Duration limit, Step<T> step) throws InterruptedException {
    CallLimits.Running running = limits.begin(limit);
    try (running) {
      return step.run();
    } catch (RuntimeException e) {
      if (!EngineErrors.isInterruption(e)) {
        // A restarted engine may be another version.
        negotiated = e instanceof DockerException || e instanceof CriException ? negotiated : null;
        throw EngineErrors.of(endpoint, what, e);
      }
      if (running.isOverdue()) {
        throw overdue(what, limit, e);
      }
      // The channel noticed the interrupt and kept it; the exception tells it from here on.
      Thread.interrupted();
      InterruptedException interrupted = new InterruptedException("interrupted: " + what);
      interrupted.initCause(e);
      throw interrupted;
    } catch (InterruptedException e) {
      if (running.isOverdue()) {
        throw overdue(what, limit, e);
      }
      throw e;
    }
  }

  private CriException overdue(String what, Duration limit, Exception cause) {
    return CriException.unavailable(
        "cannot %s: the Docker Engine at %s did not answer within %d ms; look at its log"
            .formatted(what, endpoint, limit.toMillis()),
        cause);
  }

  private static URI uri(Endpoint endpoint) {
    return URI.create(endpoint.toString());
  }

  /** Closes the connections; containers keep running. */
  @Override
  public void close() {
    http.close();
    limits.close();
  }
}
