package io.keelson.conformance.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.keelson.conformance.image.Blob;
import io.keelson.conformance.image.TestImage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The pull half of the OCI distribution specification, over plain HTTP on 127.0.0.1, where runtimes
 * accept a registry without TLS.
 */
public final class ImageRegistry implements AutoCloseable {
  private static final int BACKLOG = 64;

  private final Map<String, Blob> contents = new HashMap<>();
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private ImageRegistry(HttpServer server) {
    this.server = server;
  }

  /** Starts a registry that has one image, on a port of its own. */
  public static ImageRegistry serve(TestImage image) throws IOException {
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    HttpServer server = HttpServer.create(new InetSocketAddress(loopback, 0), BACKLOG);
    ImageRegistry registry = new ImageRegistry(server);
    registry.add(image);
    server.createContext("/v2/", registry::answer);
    server.setExecutor(registry.threads);
    server.start();
    return registry;
  }

  private void add(TestImage image) {
    String root = "/v2/" + image.repository();
    contents.put(root + "/manifests/" + image.tag(), image.manifest());
    contents.put(root + "/manifests/" + image.manifest().digest(), image.manifest());
    for (Blob blob : image.blobs()) {
      contents.put(root + "/blobs/" + blob.digest(), blob);
    }
  }

  /** Host and port, as names of its images begin. */
  public String address() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  /** The name under which a runtime pulls an image. */
  public String nameOf(TestImage image) {
    return "%s/%s:%s".formatted(address(), image.repository(), image.tag());
  }

  private void answer(HttpExchange call) throws IOException {
    try (call) {
      String path = call.getRequestURI().getPath();
      if (path.equals("/v2/")) {
        call.sendResponseHeaders(200, -1);
        return;
      }
      boolean head = call.getRequestMethod().equals("HEAD");
      if (!head && !call.getRequestMethod().equals("GET")) {
        call.sendResponseHeaders(405, -1);
        return;
      }
      Blob blob = contents.get(path);
      if (blob == null) {
        call.sendResponseHeaders(404, -1);
        return;
      }
      call.getResponseHeaders().set("Content-Type", blob.mediaType());
      call.getResponseHeaders().set("Docker-Content-Digest", blob.digest());
      if (head) {
        call.getResponseHeaders().set("Content-Length", Integer.toString(blob.bytes().length));
        call.sendResponseHeaders(200, -1);
      } else {
        call.sendResponseHeaders(200, blob.bytes().length);
        call.getResponseBody().write(blob.bytes());
      }
    }
  }

  /** Stops serving. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
