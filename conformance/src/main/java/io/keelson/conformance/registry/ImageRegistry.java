package io.keelson.conformance.registry;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.keelson.conformance.image.Blob;
import io.keelson.conformance.image.TestImage;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The pull half of the OCI distribution specification, over plain HTTP on 127.0.0.1, where runtimes
 * accept a registry without TLS. They try TLS first all the same, and are told at once, in plain
 * HTTP, that this is the wrong protocol: most HTTP servers would leave them waiting for ten
 * seconds.
 */
public final class ImageRegistry implements AutoCloseable {
  private static final int BACKLOG = 64;
  private static final int READ_LIMIT_MILLIS = 10_000;

  private final Map<String, Blob> contents = new ConcurrentHashMap<>();
  private final ServerSocket server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private ImageRegistry(ServerSocket server) {
    this.server = server;
  }

  /** Starts a registry that has one image, on a port of its own. */
  public static ImageRegistry serve(TestImage image) throws IOException {
    ImageRegistry registry =
        new ImageRegistry(new ServerSocket(0, BACKLOG, InetAddress.ofLiteral("127.0.0.1")));
    registry.add(image);
    registry.threads.execute(registry::accept);
    return registry;
  }

  /** Takes in a further image; thread-safe. */
  public void add(TestImage image) {
    String root = "/v2/" + image.repository();
    contents.put(root + "/manifests/" + image.tag(), image.manifest());
    contents.put(root + "/manifests/" + image.manifest().digest(), image.manifest());
    for (Blob blob : image.blobs()) {
      contents.put(root + "/blobs/" + blob.digest(), blob);
    }
  }

  /** Host and port, as names of its images begin. */
  public String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  /** The name under which a runtime pulls an image. */
  public String nameOf(TestImage image) {
    return "%s/%s:%s".formatted(address(), image.repository(), image.tag());
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        threads.execute(() -> serve(client));
      }
    } catch (IOException e) {
      // Closed, which is the only end there is.
      threads.shutdown();
    }
  }

  private void serve(Socket client) {
    try (client) {
      client.setSoTimeout(READ_LIMIT_MILLIS);
      InputStream in = new BufferedInputStream(client.getInputStream());
      RequestHead request = RequestHead.read(in);
      if (request != null) {
        answer(request, client.getOutputStream());
        client.shutdownOutput();
        // A close with something left to read resets the connection, and the answer is lost.
        in.transferTo(OutputStream.nullOutputStream());
      }
    } catch (IOException e) {
      // The client has left, or speaks something else: either way there is nobody to answer.
      return;
    }
  }

  private void answer(RequestHead request, OutputStream out) throws IOException {
    boolean head = request.method().equals("HEAD");
    Blob blob = contents.get(request.path());
    if (request.equals(RequestHead.TLS)) {
      out.write(head("400 Bad Request", 0, ""));
    } else if (!head && !request.method().equals("GET")) {
      out.write(head("405 Method Not Allowed", 0, ""));
    } else if (request.path().equals("/v2/")) {
      out.write(head("200 OK", 0, ""));
    } else if (blob == null) {
      out.write(head("404 Not Found", 0, ""));
    } else {
      out.write(
          head(
              "200 OK",
              blob.bytes().length,
              "Content-Type: %s\r\nDocker-Content-Digest: %s\r\n"
                  .formatted(blob.mediaType(), blob.digest())));
      if (!head) {
        out.write(blob.bytes());
      }
    }
    out.flush();
  }

  private static byte[] head(String status, int length, String headers) {
    return "HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: %d\r\n%s\r\n"
        .formatted(status, length, headers)
        .getBytes(ISO_8859_1);
  }

  /** Stops serving. */
  @Override
  public void close() throws IOException {
    server.close();
    threads.shutdownNow();
  }
}
