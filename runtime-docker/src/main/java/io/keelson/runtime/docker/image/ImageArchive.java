package io.keelson.runtime.docker.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.keelson.runtime.docker.engine.DockerEngine;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * A container image of one layer, made from a list of files without any builder, as an archive that
 * both {@code docker load} and tools for the OCI image layout read. The same input gives the same
 * bytes: times are zero, owners are root, entries are in order of their paths.
 *
 * <p>The whole image is held in memory: meant for images of some megabytes. Immutable.
 */
public final class ImageArchive {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String EPOCH = "1970-01-01T00:00:00Z";
  private static final String MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
  private static final String DEFAULT_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final String name;
  private final byte[] config;
  private final byte[] layer;

  private ImageArchive(String name, byte[] config, byte[] layer) {
    this.name = name;
    this.config = config;
    this.layer = layer;
  }

  /**
   * Starts an image.
   *
   * @param name repository and tag, such as {@code example/web:1}
   * @param architecture of its programs, in Go's words: {@code amd64}, {@code arm64}
   */
  public static Builder named(String name, String architecture) {
    return new Builder(name, architecture);
  }

  /** The image's name: repository and tag. */
  public String name() {
    return name;
  }

  /** The image's id: {@code sha256:} and the digest of its configuration. */
  public String id() {
    return digest(config);
  }

  /**
   * Writes the archive, a tar file. Does not close the stream.
   *
   * @throws IOException from {@code out}
   */
  public void writeTo(OutputStream out) throws IOException {
    byte[] manifest =
        json(
            ordered(
                "schemaVersion",
                2,
                "mediaType",
                MANIFEST_TYPE,
                "config",
                descriptor("application/vnd.oci.image.config.v1+json", config),
                "layers",
                List.of(descriptor("application/vnd.oci.image.layer.v1.tar", layer))));
    Map<String, Object> indexed = descriptor(MANIFEST_TYPE, manifest);
    indexed.put(
        "annotations", Map.of("io.containerd.image.name", ImageReference.parse(name).toString()));
    byte[] index = json(ordered("schemaVersion", 2, "manifests", List.of(indexed)));
    byte[] dockerManifest =
        json(
            List.of(
                ordered(
                    "Config",
                    blobPath(config),
                    "RepoTags",
                    List.of(name),
                    "Layers",
                    List.of(blobPath(layer)))));
    Map<String, byte[]> files = new TreeMap<>();
    files.put("oci-layout", json(Map.of("imageLayoutVersion", "1.0.0")));
    files.put("index.json", index);
    files.put("manifest.json", dockerManifest);
    for (byte[] blob : List.of(manifest, config, layer)) {
      files.put(blobPath(blob), blob);
    }
    TarArchiveOutputStream tar = tar(out);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      put(tar, new TarArchiveEntry(file.getKey()), 0644, file.getValue());
    }
    tar.finish();
    tar.flush();
  }

  /** Loads the image into an engine, under its name. */
  public void loadInto(DockerEngine engine) throws InterruptedException {
    ByteArrayOutputStream archive = new ByteArrayOutputStream(layer.length + 16 * 1024);
    try {
      writeTo(archive);
    } catch (IOException e) {
      throw new UncheckedIOException("a byte array refused bytes", e);
    }
    String what = "load image " + name;
    engine.stream(
        what,
        "/images/load?quiet=1",
        Map.of("Content-Type", "application/x-tar"),
        new ByteArrayInputStream(archive.toByteArray()),
        item -> {
          if (item.has("error")) {
            throw engine.refusal(what, item.path("error").asText());
          }
        });
  }

  private static Map<String, Object> descriptor(String mediaType, byte[] blob) {
    return ordered("mediaType", mediaType, "digest", digest(blob), "size", blob.length);
  }

  // Equal images shall have equal bytes, and Map.of has no constant order.
  private static Map<String, Object> ordered(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }

  private static String blobPath(byte[] blob) {
    return "blobs/sha256/" + digest(blob).substring("sha256:".length());
  }

  static String digest(byte[] bytes) {
    try {
      return "sha256:"
          + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static byte[] json(Object document) {
    try {
      return JSON.writeValueAsBytes(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a document of maps, lists and texts has no JSON form", e);
    }
  }

  private static TarArchiveOutputStream tar(OutputStream out) {
    TarArchiveOutputStream tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name());
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    return tar;
  }

  private static void put(
      TarArchiveOutputStream tar, TarArchiveEntry header, int mode, byte[] content)
      throws IOException {
    header.setModTime(FileTime.fromMillis(0));
    header.setIds(0, 0);
    header.setNames("", "");
    header.setMode(mode);
    header.setSize(content.length);
    tar.putArchiveEntry(header);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  /** Collects the parts of an image. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private final String architecture;
    private final Map<String, Entry> entries = new TreeMap<>();
    private final List<String> env = new ArrayList<>();
    private final Map<String, String> labels = new TreeMap<>();
    private List<String> entrypoint = List.of();
    private List<String> cmd = List.of();
    private String workingDirectory = "";
    private String user = "";

    private sealed interface Entry {}

    private record RegularFile(int mode, ByteString content) implements Entry {}

    private record Folder(int mode) implements Entry {}

    private record Link(String target) implements Entry {}

    private Builder(String name, String architecture) {
      this.name = name;
      this.architecture = architecture;
      ImageReference.parse(name);
    }

    /**
     * Adds a regular file; folders above it are added with mode 0755 where missing.
     *
     * @param path absolute in the image
     * @param mode permission bits, as in {@code 0755}
     */
    public Builder file(String path, int mode, byte[] content) {
      entries.put(relative(path), new RegularFile(mode, ByteString.copyFrom(content)));
      return this;
    }

    /** Adds a regular file with the bytes of a file of this machine, links followed. */
    public Builder file(String path, int mode, Path source) throws IOException {
      entries.put(
          relative(path), new RegularFile(mode, ByteString.copyFrom(Files.readAllBytes(source))));
      return this;
    }

    /** Adds a symbolic link. */
    public Builder symlink(String path, String target) {
      entries.put(relative(path), new Link(target));
      return this;
    }

    /** Adds a folder. */
    public Builder directory(String path, int mode) {
      entries.put(relative(path), new Folder(mode));
      return this;
    }

    /** The program and the first arguments of every container. */
    public Builder entrypoint(String... words) {
      entrypoint = List.of(words);
      return this;
    }

    /** The arguments after the entrypoint, replaced by those a container brings. */
    public Builder cmd(String... words) {
      cmd = List.of(words);
      return this;
    }

    /** Adds an environment variable. */
    public Builder env(String variable, String value) {
      env.add(variable + "=" + value);
      return this;
    }

    /** The folder a container starts in; {@code /} unless set. */
    public Builder workingDirectory(String path) {
      workingDirectory = path;
      return this;
    }

    /**
     * The user a container runs as: {@code name}, {@code uid} or {@code uid:gid}; root unless set.
     */
    public Builder user(String name) {
      user = name;
      return this;
    }

    /** Adds a label. */
    public Builder label(String key, String value) {
      labels.put(key, value);
      return this;
    }

    private static String relative(String path) {
      Path normal = Path.of(path).normalize();
      if (!normal.isAbsolute() || normal.getNameCount() == 0) {
        throw new IllegalArgumentException(
            "'" + path + "' is not an absolute path of something below the image's root");
      }
      return normal.toString().substring(1);
    }

    /** Puts the image together. */
    public ImageArchive build() {
      byte[] layer = layer();
      Map<String, Object> run = new TreeMap<>();
      run.put("Env", env.isEmpty() ? List.of("PATH=" + DEFAULT_PATH) : env);
      if (!entrypoint.isEmpty()) {
        run.put("Entrypoint", entrypoint);
      }
      if (!cmd.isEmpty()) {
        run.put("Cmd", cmd);
      }
      if (!workingDirectory.isEmpty()) {
        run.put("WorkingDir", workingDirectory);
      }
      if (!user.isEmpty()) {
        run.put("User", user);
      }
      if (!labels.isEmpty()) {
        run.put("Labels", labels);
      }
      Map<String, Object> config = new TreeMap<>();
      config.put("created", EPOCH);
      config.put("architecture", architecture);
      config.put("os", "linux");
      config.put("config", run);
      config.put("rootfs", ordered("type", "layers", "diff_ids", List.of(digest(layer))));
      config.put("history", List.of(ordered("created", EPOCH, "created_by", "keelson")));
      return new ImageArchive(name, json(config), layer);
    }

    private byte[] layer() {
      Map<String, Entry> all = new TreeMap<>(entries);
      for (String path : entries.keySet()) {
        for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
          all.putIfAbsent(path.substring(0, slash), new Folder(0755));
        }
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (TarArchiveOutputStream tar = tar(bytes)) {
        for (Map.Entry<String, Entry> entry : all.entrySet()) {
          put(tar, entry.getKey(), entry.getValue());
        }
      } catch (IOException e) {
        throw new UncheckedIOException("a byte array refused bytes", e);
      }
      return bytes.toByteArray();
    }

    private static void put(TarArchiveOutputStream tar, String path, Entry entry)
        throws IOException {
      switch (entry) {
        case RegularFile file ->
            ImageArchive.put(
                tar, new TarArchiveEntry(path), file.mode(), file.content().toByteArray());
        case Folder folder ->
            ImageArchive.put(tar, new TarArchiveEntry(path + "/"), folder.mode(), new byte[0]);
        case Link link -> {
          TarArchiveEntry header = new TarArchiveEntry(path, TarConstants.LF_SYMLINK);
          header.setLinkName(link.target());
          ImageArchive.put(tar, header, 0777, new byte[0]);
        }
      }
    }
  }
}
