package io.keelson.conformance.image;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * An image (OCI image specification) that holds nothing but the test program.
 *
 * @param repository its name without registry and tag
 * @param tag its tag
 * @param manifest its manifest
 * @param blobs config and layer
 */
public record TestImage(String repository, String tag, Blob manifest, List<Blob> blobs) {
  /** Where the test program is in every image. */
  public static final String PROGRAM = "/program";

  private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  private static final String CONFIG = "application/vnd.oci.image.config.v1+json";
  private static final String LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
  private static final int TAR_BLOCK = 512;

  /** Makes the image of the test program, for the architecture this JVM runs on. */
  public static TestImage program() {
    try (InputStream program = TestImage.class.getResourceAsStream("program")) {
      if (program == null) {
        throw new IllegalStateException(
            "the test program is not on the class path; build the conformance module with Maven");
      }
      return of("keelson-conformance/program", "1", program.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("the test program could not be read", e);
    }
  }

  private static TestImage of(String repository, String tag, byte[] program) throws IOException {
    byte[] tar = tar(program);
    Blob layer = new Blob(LAYER, gzip(tar));
    String configText =
        """
        {"architecture":"%s","os":"linux","config":{"Entrypoint":["%s"],"Cmd":["pause"],\
        "Env":["PATH=/"],"WorkingDir":"/"},"rootfs":{"type":"layers","diff_ids":["%s"]}}\
        """
            .formatted(architecture(), PROGRAM, Blob.digestOf(tar));
    Blob config = new Blob(CONFIG, configText.getBytes(UTF_8));
    String manifestText =
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]}"
            .formatted(MANIFEST, config.descriptor(), layer.descriptor());
    Blob manifest = new Blob(MANIFEST, manifestText.getBytes(UTF_8));
    return new TestImage(repository, tag, manifest, List.of(config, layer));
  }

  private static String architecture() {
    String name = System.getProperty("os.arch", "");
    return name.equals("aarch64") ? "arm64" : name;
  }

  /** One executable file in a POSIX ustar archive. */
  private static byte[] tar(byte[] program) {
    byte[] header = new byte[TAR_BLOCK];
    put(header, 0, PROGRAM.substring(1));
    put(header, 100, "0000755\0");
    put(header, 108, "0000000\0");
    put(header, 116, "0000000\0");
    put(header, 124, "%011o ".formatted(program.length));
    put(header, 136, "%011o ".formatted(0));
    put(header, 148, "        ");
    put(header, 156, "0");
    put(header, 257, "ustar\00000");
    int sum = 0;
    for (byte value : header) {
      sum += Byte.toUnsignedInt(value);
    }
    put(header, 148, "%06o\0 ".formatted(sum));
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    tar.writeBytes(header);
    tar.writeBytes(program);
    int padding = Math.floorMod(-program.length, TAR_BLOCK);
    tar.writeBytes(new byte[padding + 2 * TAR_BLOCK]);
    return tar.toByteArray();
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }
}
