package io.keelson.conformance.registry;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keelson.conformance.image.TestImage;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runtimes pull from the registry as from any other. */
final class ImageRegistryTest {
  private static final String OPEN = "open/";

  private final TestImage image = TestImage.program();
  private final ImageRegistry registry;
  private String root = "";

  ImageRegistryTest() throws IOException {
    registry = ImageRegistry.serve(List.of(image));
  }

  @BeforeEach
  void findTheRegistry() {
    root = "http://" + registry.address() + "/v2/";
  }

  @AfterEach
  void close() throws IOException {
    registry.close();
  }

  @Test
  void anImageIsServedByTagByDigestAndInItsBlobs() throws Exception {
    HttpResponse<byte[]> byTag =
        send("GET", OPEN + image.repository() + "/manifests/" + image.tag());
    String digest = image.manifest().digest();

    assertThat(byTag.body()).isEqualTo(image.manifest().bytes());
    assertThat(byTag.headers().firstValue("docker-content-digest")).hasValue(digest);
    assertThat(send("GET", OPEN + image.repository() + "/manifests/" + digest).body())
        .isEqualTo(image.manifest().bytes());
    for (var blob : image.blobs()) {
      assertThat(send("GET", OPEN + image.repository() + "/blobs/" + blob.digest()).body())
          .isEqualTo(blob.bytes());
    }
  }

  @Test
  void headTellsTheSizeAndSendsNothing() throws Exception {
    HttpResponse<byte[]> head =
        send("HEAD", OPEN + image.repository() + "/manifests/" + image.tag());

    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValueAsLong("content-length"))
        .hasValue(image.manifest().bytes().length);
  }

  @Test
  void whatItHasNotIsNotFoundAndNothingCanBePushed() throws Exception {
    assertThat(send("GET", "").statusCode()).isEqualTo(200);
    assertThat(send("GET", OPEN + image.repository() + "/manifests/none").statusCode())
        .isEqualTo(404);
    assertThat(send("PUT", OPEN + image.repository() + "/manifests/none").statusCode())
        .isEqualTo(405);
  }

  @Test
  void whatIsNotForEverybodyIsGivenToWhoeverShowsPasswordOrToken() throws Exception {
    for (Manner manner : List.of(Manner.BASIC, Manner.TOKEN)) {
      String name = registry.repositoryOf(image, manner);
      root = "http://" + name.replaceFirst("/", "/v2/");
      String manifest = "/manifests/" + image.tag();
      assertThat(send("GET", manifest).headers().firstValue("www-authenticate"))
          .hasValueSatisfying(value ->
              assertThat(value).startsWith(manner == Manner.BASIC ? "Basic " : "Bearer realm="));
      assertThat(send("GET", manifest, "Bearer " + ImageRegistry.TOKEN).statusCode())
          .isEqualTo(manner == Manner.BASIC ? 401 : 200);
      String pair = ImageRegistry.USER + ":" + ImageRegistry.PASSWORD;
      String basic = "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(US_ASCII));
      assertThat(send("GET", manifest, basic).statusCode())
          .isEqualTo(manner == Manner.BASIC ? 200 : 401);
    }
  }

  @Test
  void brokenMannersBreakTheLayerAndNothingElse() throws Exception {
    String config = image.repository() + "/blobs/" + image.blobs().getFirst().digest();
    String layer = image.repository() + "/blobs/" + image.blobs().getLast().digest();
    byte[] whole = image.blobs().getLast().bytes();
    for (String manner : List.of("cut/", "falsified/", "incomplete/")) {
      assertThat(send("GET", manner + config).statusCode()).isEqualTo(200);
    }
    assertThat(send("GET", "falsified/" + layer).body()).hasSameSizeAs(whole).isNotEqualTo(whole);
    assertThat(send("GET", "incomplete/" + layer).statusCode()).isEqualTo(404);
    assertThatThrownBy(() -> send("GET", "cut/" + layer)).isInstanceOf(IOException.class);
  }

  @Test
  void aClientThatTriesTlsIsToldAtOnceThatThisIsPlainHttp() throws Exception {
    URI uri = URI.create(root);
    try (Socket client = new Socket(uri.getHost(), uri.getPort())) {
      client.getOutputStream().write(new byte[] {0x16, 3, 1, 2, 0, 1});

      assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII))
          .startsWith("HTTP/1.1 400 ");
    }
  }

  private HttpResponse<byte[]> send(String method, String path)
      throws IOException, InterruptedException {
    return send(method, path, "none");
  }

  private HttpResponse<byte[]> send(String method, String path, String authorization)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(root + path))
              .method(method, BodyPublishers.noBody())
              .header("Authorization", authorization)
              .build(),
          BodyHandlers.ofByteArray());
    }
  }
}
