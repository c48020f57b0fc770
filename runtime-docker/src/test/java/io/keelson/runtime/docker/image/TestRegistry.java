package io.keelson.runtime.docker.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A registry on the loopback that images can be pulled from (OCI distribution specification, the
 * pull part), and that can ask for a password, refuse, or stall.
 */
final class TestRegistry implements AutoCloseable {
  private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  private static final int TLS_HANDSHAKE = 0x16;
  private static final String BLOBS = "blobs/sha256/";

  private final HttpServer server;
  private final ServerSocket door;
  private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
  private final Map<String, String> manifests = new ConcurrentHashMap<>();
  private final List<String> served = new CopyOnWriteArrayList<>();
  private final CountDownLatch release = new CountDownLatch(1);
  private volatile @Nullable String password;
  private volatile @Nullable String policy;
  private volatile boolean stalls;

  private TestRegistry(HttpServer server, ServerSocket door) {
    this.server = server;
    this.door = door;
  }

  static TestRegistry start() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    HttpServer server = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
    TestRegistry registry = new TestRegistry(server, new ServerSocket(0, 50, loopback));
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/v2/", registry::answer);
    server.start();
    Thread.startVirtualThread(registry::accept);
    return registry;
  }

  /**
   * Engines try TLS first on the loopback too, and then plain HTTP. The JDK's server would take the
   * first for a request that goes on, and let the engine wait.
   */
  private void accept() {
    try {
      while (true) {
        Socket client = door.accept();
        Thread.startVirtualThread(() -> pass(client));
      }
    } catch (IOException closed) {
      // The end.
    }
  }

  private void pass(Socket client) {
    try (client;
        Socket inner =
            new Socket(server.getAddress().getAddress(), server.getAddress().getPort())) {
      int first = client.getInputStream().read();
      if (first < 0 || first == TLS_HANDSHAKE) {
        return;
      }
      inner.getOutputStream().write(first);
      Thread.startVirtualThread(() -> copy(client, inner));
      inner.getInputStream().transferTo(client.getOutputStream());
    } catch (IOException gone) {
      // One of them has hung up.
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException gone) {
      // One of them has hung up.
    }
  }

  /** Host and port. */
  String host() {
    return "127.0.0.1:" + door.getLocalPort();
  }

  /**
   * Offers an image.
   *
   * @param repository such as {@code team/app}
   * @return the digest of its manifest
   */
  String offer(String repository, String tag, ImageArchive image) throws IOException {
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    image.writeTo(archive);
    byte[] index = {};
    TarArchiveInputStream tar =
        new TarArchiveInputStream(new ByteArrayInputStream(archive.toByteArray()));
    for (TarArchiveEntry file = tar.getNextEntry(); file != null; file = tar.getNextEntry()) {
      if (file.getName().startsWith(BLOBS)) {
        blobs.put("sha256:" + file.getName().substring(BLOBS.length()), tar.readAllBytes());
      } else if (file.getName().equals("index.json")) {
        index = tar.readAllBytes();
      }
    }
    JsonNode manifest = new ObjectMapper().readTree(index).path("manifests").path(0);
    String digest = manifest.path("digest").asText();
    manifests.put(repository + ":" + tag, digest);
    return digest;
  }

  /** From now on asks for a user name and a password, joined by a colon. */
  void requirePassword(String userAndPassword) {
    password = userAndPassword;
  }

  /** From now on gives no image, for this reason. */
  void refuse(String why) {
    policy = why;
  }

  /** From now on sends the beginning of each blob only, and holds the rest back. */
  void stall() {
    stalls = true;
  }

  /** What was asked for and given, in order: {@code manifest ...} and {@code blob ...}. */
  List<String> served() {
    return List.copyOf(served);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath().substring("/v2/".length());
      if (!isAllowed(exchange)) {
        exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"test\"");
        send(exchange, 401, "application/json", error("UNAUTHORIZED", "authentication required"));
      } else if (path.isEmpty()) {
        send(exchange, 200, "application/json", "{}".getBytes(StandardCharsets.UTF_8));
      } else if (path.contains("/manifests/")) {
        manifest(exchange, path.split("/manifests/", 2));
      } else {
        blob(exchange, path.substring(path.lastIndexOf('/') + 1));
      }
    }
  }

  private boolean isAllowed(HttpExchange exchange) {
    if (password == null) {
      return true;
    }
    String expected =
        "Basic " + Base64.getEncoder().encodeToString(password.getBytes(StandardCharsets.UTF_8));
    return expected.equals(exchange.getRequestHeaders().getFirst("Authorization"));
  }

  private void manifest(HttpExchange exchange, String[] image) throws IOException {
    if (policy != null) {
      send(exchange, 412, "application/json", error("PROJECTPOLICYVIOLATION", policy));
      return;
    }
    String digest =
        image[1].startsWith("sha256:") ? image[1] : manifests.get(image[0] + ":" + image[1]);
    byte[] manifest = digest == null ? null : blobs.get(digest);
    if (manifest == null) {
      send(exchange, 404, "application/json", error("MANIFEST_UNKNOWN", "manifest unknown"));
      return;
    }
    served.add("manifest " + image[0] + " " + exchange.getRequestMethod());
    exchange.getResponseHeaders().set("Docker-Content-Digest", digest);
    send(exchange, 200, MANIFEST, manifest);
  }

  private void blob(HttpExchange exchange, String digest) throws IOException {
    byte[] blob = blobs.get(digest);
    if (blob == null) {
      send(exchange, 404, "application/json", error("BLOB_UNKNOWN", "blob unknown"));
      return;
    }
    served.add("blob " + digest);
    if (!stalls) {
      send(exchange, 200, "application/octet-stream", blob);
      return;
    }
    exchange.sendResponseHeaders(200, blob.length);
    exchange.getResponseBody().write(blob, 0, 1);
    exchange.getResponseBody().flush();
    try {
      release.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static byte[] error(String code, String message) {
    return "{\"errors\":[{\"code\":\"%s\",\"message\":\"%s\"}]}"
        .formatted(code, message)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    boolean head = exchange.getRequestMethod().equals("HEAD");
    if (head) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
    }
    exchange.sendResponseHeaders(status, head ? -1 : body.length);
    if (!head) {
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() throws IOException {
    release.countDown();
    door.close();
    server.stop(0);
  }
}
