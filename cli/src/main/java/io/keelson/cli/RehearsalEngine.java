package io.keelson.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.keelson.runtime.docker.image.PauseImage;
import io.keelson.runtime.transport.Endpoint;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Answers what a daemon asks of a Docker Engine at its start, as an engine without containers
 * would; only good for a rehearsal.
 */
final class RehearsalEngine implements AutoCloseable {
  private static final String ARCHITECTURE =
      System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
  private static final String VERSION =
      """
      {"Version": "28.0.0", "ApiVersion": "1.48", "MinAPIVersion": "1.24", "Os": "linux",
       "Arch": "%s", "KernelVersion": "6.1.0"}
      """
          .formatted(ARCHITECTURE);
  private static final String INFO =
      """
      {"ID": "rehearsal", "Driver": "overlay2", "CgroupDriver": "cgroupfs", "CgroupVersion": "1",
       "DockerRootDir": "/var/lib/docker", "OSType": "linux", "Architecture": "x86_64",
       "DefaultRuntime": "runc", "Runtimes": {"runc": {"path": "runc"}},
       "SecurityOptions": ["name=seccomp,profile=default"], "Containers": 0, "Images": 1,
       "MemTotal": 1073741824, "NCPU": 1, "ServerVersion": "28.0.0", "Plugins": {"Log": ["json-file"]}}
      """;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;
  private final String image;

  private RehearsalEngine(HttpServer server) {
    this.server = server;
    this.image =
        "{\"Id\": \"%s\", \"Config\": {}}".formatted(PauseImage.archive(ARCHITECTURE).id());
  }

  /** Listens on a free port of the loopback address. */
  static RehearsalEngine start() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    RehearsalEngine engine = new RehearsalEngine(server);
    server.setExecutor(engine.threads);
    server.createContext("/", engine::answer);
    server.start();
    return engine;
  }

  Endpoint endpoint() {
    return new Endpoint.Tcp(
        InetAddress.getLoopbackAddress().getHostAddress(), server.getAddress().getPort());
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    exchange.getRequestBody().readAllBytes();
    if (path.endsWith("/events")) {
      // Nothing happens here, which an engine tells by an answer that does not end.
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().flush();
      return;
    }
    byte[] content = content(path).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(200, head ? -1 : content.length);
    if (!head) {
      try (OutputStream body = exchange.getResponseBody()) {
        body.write(content);
      }
    }
    exchange.close();
  }

  private String content(String path) {
    if (path.endsWith("/version")) {
      return VERSION;
    } else if (path.endsWith("/info")) {
      return INFO;
    } else if (path.endsWith("/_ping")) {
      return "OK";
    } else if (path.endsWith("/images/load")) {
      return "{\"stream\": \"Loaded image\"}";
    } else if (path.contains("/images/keelson/pause")) {
      return image;
    }
    return "[]";
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
