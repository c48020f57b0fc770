package io.keelson.conformance.registry;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.keelson.conformance.image.TestImage;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runtimes pull from the registry as from any other. */
final class ImageRegistryTest {
  private final TestImage image = TestImage.program();
  private final ImageRegistry registry;
  private String root = "";

  ImageRegistryTest() throws IOException {
    registry = ImageRegistry.serve(image);
  }

  @BeforeEach
  void findTheRegistry() {
    root = "http://" + registry.nameOf(image).split("/", 2)[0] + "/v2/";
  }

  @AfterEach
  void close() throws IOException {
    registry.close();
  }

  @Test
  void anImageIsServedByTagByDigestAndInItsBlobs() throws Exception {
    HttpResponse<byte[]> byTag = send("GET", image.repository() + "/manifests/" + image.tag());
    String digest = image.manifest().digest();

    assertThat(byTag.body()).isEqualTo(image.manifest().bytes());
    assertThat(byTag.headers().firstValue("docker-content-digest")).hasValue(digest);
    assertThat(send("GET", image.repository() + "/manifests/" + digest).body())
        .isEqualTo(image.manifest().bytes());
    for (var blob : image.blobs()) {
      assertThat(send("GET", image.repository() + "/blobs/" + blob.digest()).body())
          .isEqualTo(blob.bytes());
    }
  }

  @Test
  void headTellsTheSizeAndSendsNothing() throws Exception {
    HttpResponse<byte[]> head = send("HEAD", image.repository() + "/manifests/" + image.tag());

    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValueAsLong("content-length"))
        .hasValue(image.manifest().bytes().length);
  }

  @Test
  void whatItHasNotIsNotFoundAndNothingCanBePushed() throws Exception {
    assertThat(send("GET", "").statusCode()).isEqualTo(200);
    assertThat(send("GET", image.repository() + "/manifests/other").statusCode()).isEqualTo(404);
    assertThat(send("PUT", image.repository() + "/manifests/other").statusCode()).isEqualTo(405);
  }

  @Test
  void aClientThatTriesTlsIsToldAtOnceThatThisIsPlainHttp() throws Exception {
    URI uri = URI.create(root);
    try (Socket client = new Socket(uri.getHost(), uri.getPort())) {
      client.getOutputStream().write(new byte[] {0x16, 3, 1, 2, 0, 1});

      assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII))
          .startsWith("HTTP/1.1 400 Bad Request");
    }
  }

  private HttpResponse<byte[]> send(String method, String path)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(root + path))
              .method(method, BodyPublishers.noBody())
              .build(),
          BodyHandlers.ofByteArray());
    }
  }
}
