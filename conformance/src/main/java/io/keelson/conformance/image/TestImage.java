package io.keelson.conformance.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;

/**
 * An image (OCI image specification) that holds the test program, a user and a file.
 *
 * @param repository its name without registry and tag
 * @param tag its tag
 * @param manifest its manifest
 * @param blobs config and layer
 */
public record TestImage(String repository, String tag, Blob manifest, List<Blob> blobs) {
  /** Where the test program is in every image. */
  public static final String PROGRAM = "/program";

  /** A user whom its /etc/passwd knows. */
  public static final String USER = "tester";

  /** The user's id. */
  public static final long USER_ID = 1234;

  /** The user's own group. */
  public static final long GROUP_ID = 4321;

  /** A group whose member the user is by its /etc/group. */
  public static final long EXTRA_GROUP_ID = 5678;

  /** What is in its file {@code /data/file}. */
  public static final String DATA = "data of the image\n";

  private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  private static final String CONFIG = "application/vnd.oci.image.config.v1+json";
  private static final String LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
  private static final int EXECUTABLE = 0755;
  private static final int READABLE = 0644;

  /** Makes the image of the test program, for the architecture this JVM runs on. */
  public static TestImage program() {
    return make("program", "");
  }

  /** Makes an image of the test program that has nothing in common with any other. */
  public static TestImage another() {
    return make(UUID.randomUUID().toString(), "");
  }

  /** Makes one whose containers run as a user with a number. */
  public static TestImage withUserId() {
    return make("user-id", Long.toString(USER_ID));
  }

  /** Makes one whose containers run as a user with a name. */
  public static TestImage withUserName() {
    return make("user-name", USER);
  }

  /** The images that every run uses, and that a runtime may be given beforehand. */
  public static List<TestImage> all() {
    return List.of(program(), withUserId(), withUserName());
  }

  /**
   * Its full name where it is not the suite that serves it.
   *
   * @param prefix registry and, as it may be, more, without a slash at the end
   */
  public String nameAt(String prefix) {
    return "%s/%s:%s".formatted(prefix, repository, tag);
  }

  /** The name of a file to write its {@link #archive} to. */
  public String fileName() {
    return repository.substring(repository.lastIndexOf('/') + 1) + ".tar";
  }

  /** The mark is the name, and keeps runtimes from telling that a layer is there already. */
  private static TestImage make(String mark, String user) {
    try (InputStream program = TestImage.class.getResourceAsStream("program")) {
      if (program == null) {
        throw new IllegalStateException(
            "the test program is not on the class path; build the conformance module with Maven");
      }
      return make(mark, user, program.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("the test program could not be read", e);
    }
  }

  private static TestImage make(String mark, String user, byte[] program) throws IOException {
    byte[] tar =
        new Tar()
            .add(PROGRAM.substring(1), EXECUTABLE, program)
            .add("mark", READABLE, utf8(mark))
            .add(
                "etc/passwd",
                READABLE,
                utf8("root:x:0:0::/:\n%s:x:%d:%d::/:\n".formatted(USER, USER_ID, GROUP_ID)))
            .add(
                "etc/group",
                READABLE,
                utf8(
                    "root:x:0:\n%s:x:%d:\nextra:x:%d:%s\n"
                        .formatted(USER, GROUP_ID, EXTRA_GROUP_ID, USER)))
            .add("data/file", READABLE, utf8(DATA))
            .bytes();
    Blob layer = new Blob(LAYER, gzip(tar));
    String configText =
        """
        {"architecture":"%s","os":"linux","config":{"User":"%s","Entrypoint":["%s"],\
        "Cmd":["pause"],"Env":["PATH=/"],"WorkingDir":"/"},\
        "rootfs":{"type":"layers","diff_ids":["%s"]}}\
        """
            .formatted(architecture(), user, PROGRAM, Blob.digestOf(tar));
    Blob config = new Blob(CONFIG, utf8(configText));
    String manifestText =
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]}"
            .formatted(MANIFEST, config.descriptor(), layer.descriptor());
    Blob manifest = new Blob(MANIFEST, utf8(manifestText));
    return new TestImage("keelson-conformance/" + mark, "1", manifest, List.of(config, layer));
  }

  private static String architecture() {
    String name = System.getProperty("os.arch", "");
    return name.equals("aarch64") ? "arm64" : name;
  }

  /**
   * The image as a file to load into a runtime: an archive that is both an OCI image layout and
   * what {@code docker load} takes.
   *
   * @param name its full name then
   */
  public byte[] archive(String name) {
    Tar tar = new Tar().add("oci-layout", READABLE, utf8("{\"imageLayoutVersion\":\"1.0.0\"}"));
    String index =
        """
        {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[\
        {"mediaType":"%s","digest":"%s","size":%d,"annotations":{"io.containerd.image.name":"%s",\
        "org.opencontainers.image.ref.name":"%s"}}]}\
        """
            .formatted(MANIFEST, manifest.digest(), manifest.bytes().length, name, name);
    tar.add("index.json", READABLE, utf8(index));
    String docker =
        "[{\"Config\":\"%s\",\"RepoTags\":[\"%s\"],\"Layers\":[\"%s\"]}]"
            .formatted(fileOf(blobs.getFirst()), name, fileOf(blobs.getLast()));
    tar.add("manifest.json", READABLE, utf8(docker));
    tar.add(fileOf(manifest), READABLE, manifest.bytes());
    for (Blob blob : blobs) {
      tar.add(fileOf(blob), READABLE, blob.bytes());
    }
    return tar.bytes();
  }

  private static String fileOf(Blob blob) {
    return "blobs/" + blob.digest().replace(':', '/');
  }

  private static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }
}
