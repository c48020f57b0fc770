package io.keelson.examples.unshare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.keelson.runtime.spi.CriException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;

/**
 * Reads from registries as the OCI distribution specification says, without credentials. Those on
 * this machine are spoken to in plain HTTP, as other runtimes do.
 */
final class RegistryClient implements AutoCloseable {
  private static final String MANIFESTS =
      String.join(
          ", ",
          "application/vnd.oci.image.manifest.v1+json",
          "application/vnd.oci.image.index.v1+json",
          "application/vnd.docker.distribution.manifest.v2+json",
          "application/vnd.docker.distribution.manifest.list.v2+json");
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final int MANIFEST_LIMIT = 4 << 20;

  private final HttpClient http =
      HttpClient.newBuilder()
          .followRedirects(HttpClient.Redirect.NORMAL)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private final ObjectMapper json = new ObjectMapper();

  /**
   * A document of a registry.
   *
   * @param digest what it is named after
   */
  record Document(String digest, JsonNode content) {}

  /** The manifest of an image, for this machine where there are several. */
  Document manifest(ImageReference image) throws InterruptedException {
    Document found = document(image, "manifests/" + image.version(), image.hasDigest());
    for (JsonNode each : found.content().path("manifests")) {
      JsonNode platform = each.path("platform");
      if (platform.path("os").asText().equals("linux")
          && platform.path("architecture").asText().equals(architecture())) {
        String digest = each.path("digest").asText();
        Document manifest = document(image, "manifests/" + digest, true);
        return new Document(found.digest(), manifest.content());
      }
    }
    if (!found.content().has("layers")) {
      throw CriException.notFound(
          "image %s has no manifest for linux/%s".formatted(image, architecture()));
    }
    return found;
  }

  private static String architecture() {
    String name = System.getProperty("os.arch");
    return name.equals("aarch64") ? "arm64" : name;
  }

  /** The image's configuration, which its manifest names by digest. */
  Document config(ImageReference image, String digest) throws InterruptedException {
    return document(image, "blobs/" + digest, true);
  }

  private Document document(ImageReference image, String path, boolean digestIsKnown)
      throws InterruptedException {
    HttpResponse<byte[]> response = get(image, path, BodyHandlers.ofByteArray());
    byte[] content = response.body();
    String digest = digest(content);
    if (content.length > MANIFEST_LIMIT || digestIsKnown && !path.endsWith(digest)) {
      throw CriException.unknown(
          "registry %s answers %s with something else".formatted(image.registry(), path), null);
    }
    try {
      return new Document(digest, json.readTree(content));
    } catch (IOException e) {
      throw CriException.unknown("%s of image %s is no JSON".formatted(path, image), e);
    }
  }

  /** Writes a layer to a file. */
  void layer(ImageReference image, String digest, Path file) throws InterruptedException {
    get(image, "blobs/" + digest, BodyHandlers.ofFile(file));
    try {
      if (!digest(Files.readAllBytes(file)).equals(digest)) {
        throw CriException.unknown(
            "layer %s of image %s came damaged".formatted(digest, image), null);
      }
    } catch (IOException e) {
      throw CriException.unknown("layer %s cannot be read: %s".formatted(digest, e), e);
    }
  }

  private <T> HttpResponse<T> get(
      ImageReference image, String path, HttpResponse.BodyHandler<T> handler)
      throws InterruptedException {
    try {
      String host = URI.create("any://" + image.registry()).getHost();
      String scheme = InetAddress.getByName(host).isLoopbackAddress() ? "http" : "https";
      URI uri =
          URI.create(
              "%s://%s/v2/%s/%s".formatted(scheme, image.registry(), image.repository(), path));
      HttpRequest request =
          HttpRequest.newBuilder(uri).header("Accept", MANIFESTS).timeout(LIMIT).build();
      HttpResponse<T> response = http.send(request, handler);
      if (response.statusCode() == 404) {
        throw CriException.notFound("registry %s has no %s".formatted(image.registry(), uri));
      }
      if (response.statusCode() != 200) {
        throw CriException.unknown("%s is answered %d".formatted(uri, response.statusCode()), null);
      }
      return response;
    } catch (IOException e) {
      throw CriException.unavailable(
          "registry %s cannot be read: %s".formatted(image.registry(), e), e);
    }
  }

  private static String digest(byte[] content) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
      return "sha256:" + HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
