package io.keelson.conformance.registry;

import static io.keelson.conformance.registry.Manner.OPEN;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.keelson.conformance.image.Blob;
import io.keelson.conformance.image.TestImage;
import io.keelson.conformance.registry.PlainHttpServer.Reply;
import io.keelson.conformance.registry.PlainHttpServer.Request;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The pull half of the OCI distribution specification, over plain HTTP on 127.0.0.1, where runtimes
 * accept a registry without TLS. Gives every image away in every {@link Manner}. Thread-safe.
 */
public final class ImageRegistry implements AutoCloseable {
  /** Who may pull what is not for everybody. */
  public static final String USER = "conformance";

  /** The user's password. */
  public static final String PASSWORD = "correct horse:battery staple";

  /** What a caller is given for user and password, and may send instead of them. */
  public static final String TOKEN = "token-of-the-conformance-suite";

  /** Every image has this tag too. */
  public static final String OTHER_TAG = "other";

  private static final Pattern NAME =
      Pattern.compile("127\\.0\\.0\\.1:([0-9]{1,5})/[a-z]+/keelson-conformance/.+");
  private static final int PROBE_LIMIT_MILLIS = 1000;
  private static final long BYTE_PAUSE_NANOS = 200_000_000;

  private final Map<String, Blob> contents = new ConcurrentHashMap<>();
  private final AtomicInteger endless = new AtomicInteger();
  private final Map<Manner, PlainHttpServer> servers = new EnumMap<>(Manner.class);
  private volatile boolean asked;
  private volatile boolean closed;

  private ImageRegistry() throws IOException {
    // Some runtimes ask only at the root whether credentials are wanted, so each has its own.
    PlainHttpServer open = PlainHttpServer.start((request, reply) -> answer(OPEN, request, reply));
    for (Manner manner : Manner.values()) {
      servers.put(
          manner,
          manner.wantsCredentials()
              ? PlainHttpServer.start((request, reply) -> answer(manner, request, reply))
              : open);
    }
  }

  /** Starts a registry that has these images, on a port of its own. */
  public static ImageRegistry serve(List<TestImage> images) throws IOException {
    ImageRegistry registry = new ImageRegistry();
    images.forEach(registry::add);
    return registry;
  }

  /** Takes in a further image. */
  public void add(TestImage image) {
    contents.put(image.repository() + "/manifests/" + image.tag(), image.manifest());
    contents.put(image.repository() + "/manifests/" + OTHER_TAG, image.manifest());
    contents.put(image.repository() + "/manifests/" + image.manifest().digest(), image.manifest());
    for (Blob blob : image.blobs()) {
      contents.put(image.repository() + "/blobs/" + blob.digest(), blob);
    }
  }

  /** Host and port, as names of images begin that everybody may have. */
  public String address() {
    return address(OPEN);
  }

  private String address(Manner manner) {
    return "127.0.0.1:" + Objects.requireNonNull(servers.get(manner)).port();
  }

  /** What the names of all its images begin with. */
  public Set<String> prefixes() {
    return servers.keySet().stream()
        .map(manner -> address(manner) + "/")
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The name under which a runtime pulls an image that everybody may have. */
  public String nameOf(TestImage image) {
    return repositoryOf(image, OPEN) + ":" + image.tag();
  }

  /** The name of an image without tag and digest. */
  public String repositoryOf(TestImage image, Manner manner) {
    return "%s/%s/%s".formatted(address(manner), manner.prefix(), image.repository());
  }

  /** Whether an image has its name from a registry of the suite that serves no more. */
  public static boolean wasServedByOneThatIsGone(String name) {
    Matcher form = NAME.matcher(name);
    if (!form.matches()) {
      return false;
    }
    try (Socket probe = new Socket()) {
      probe.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(form.group(1))),
          PROBE_LIMIT_MILLIS);
      return false;
    } catch (ConnectException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether anybody has asked for an image. */
  public boolean wasAsked() {
    return asked;
  }

  /** How many layers are being sent that never end. */
  public int endlessTransfers() {
    return endless.get();
  }

  private void answer(Manner door, Request request, Reply reply) throws IOException {
    String path = Optional.ofNullable(request.target().getPath()).orElse("");
    if (!request.isHead() && !request.method().equals("GET")) {
      refuse(reply, 405, Map.of());
    } else if (path.equals("/token")) {
      token(request, reply);
    } else if (!mayPull(request, door)) {
      refuse(reply, 401, Map.of("WWW-Authenticate", challenge(door, path)));
    } else if (path.equals("/v2/")) {
      refuse(reply, 200, Map.of());
    } else {
      pull(door, request, path, reply);
    }
  }

  private void pull(Manner door, Request request, String path, Reply reply) throws IOException {
    asked = true;
    Optional<Manner> manner =
        Arrays.stream(Manner.values())
            .filter(each -> each.wantsCredentials() ? each == door : door == OPEN)
            .filter(each -> path.startsWith("/v2/" + each.prefix() + "/"))
            .findAny();
    if (manner.isEmpty()) {
      refuse(reply, 404, Map.of());
    } else {
      String name = path.substring(("/v2/" + manner.get().prefix() + "/").length());
      Optional<Blob> blob = Optional.ofNullable(contents.get(name));
      boolean layer = blob.isPresent() && blob.get().mediaType().contains(".layer.");
      if (blob.isEmpty() || (layer && manner.get() == Manner.INCOMPLETE)) {
        refuse(reply, 404, Map.of());
      } else {
        send(request, blob.get(), layer ? manner.get() : OPEN, reply);
      }
    }
  }

  private static boolean mayPull(Request request, Manner manner) {
    return switch (manner) {
      case BASIC -> isUser(request);
      case TOKEN -> ("Bearer " + TOKEN).equals(request.headers().get("authorization"));
      default -> true;
    };
  }

  private static boolean isUser(Request request) {
    String pair = Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(UTF_8));
    return ("Basic " + pair).equals(request.headers().get("authorization"));
  }

  private String challenge(Manner manner, String path) {
    String repository = path.substring("/v2/".length()).split("/(manifests|blobs)/", 2)[0];
    return manner == Manner.BASIC
        ? "Basic realm=\"conformance\""
        : "Bearer realm=\"http://%s/token\",service=\"conformance\",scope=\"repository:%s:pull\""
            .formatted(address(manner), repository);
  }

  private static void token(Request request, Reply reply) throws IOException {
    if (isUser(request)) {
      byte[] body =
          "{\"token\":\"%1$s\",\"access_token\":\"%1$s\"}".formatted(TOKEN).getBytes(UTF_8);
      reply.begin(200, Map.of("Content-Type", "application/json"), body.length).write(body);
    } else {
      refuse(reply, 401, Map.of("WWW-Authenticate", "Basic realm=\"conformance\""));
    }
  }

  private static void refuse(Reply reply, int status, Map<String, String> headers)
      throws IOException {
    reply.begin(status, headers, 0).flush();
  }

  private void send(Request request, Blob blob, Manner manner, Reply reply) throws IOException {
    byte[] bytes = blob.bytes();
    Map<String, String> headers =
        Map.of("Content-Type", blob.mediaType(), "Docker-Content-Digest", blob.digest());
    OutputStream out = reply.begin(200, headers, bytes.length);
    if (request.isHead()) {
      return;
    }
    switch (manner) {
      case CUT -> out.write(bytes, 0, bytes.length / 2);
      case FALSIFIED -> {
        byte[] other = bytes.clone();
        other[other.length / 2] ^= 1;
        out.write(other);
      }
      case ENDLESS -> trickle(bytes, out);
      default -> out.write(bytes);
    }
    out.flush();
  }

  private void trickle(byte[] bytes, OutputStream out) throws IOException {
    endless.incrementAndGet();
    try {
      for (int i = 0; i < bytes.length && !closed; i++) {
        out.write(bytes[i]);
        out.flush();
        LockSupport.parkNanos(BYTE_PAUSE_NANOS);
      }
    } finally {
      endless.decrementAndGet();
    }
  }

  /** Stops serving. */
  @Override
  public void close() throws IOException {
    closed = true;
    for (PlainHttpServer server : servers.values()) {
      server.close();
    }
  }
}
