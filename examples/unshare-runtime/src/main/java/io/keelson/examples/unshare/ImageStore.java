package io.keelson.examples.unshare;

import com.fasterxml.jackson.databind.JsonNode;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.Images;
import io.keelson.runtime.v1.AuthConfig;
import io.keelson.runtime.v1.FilesystemIdentifier;
import io.keelson.runtime.v1.FilesystemUsage;
import io.keelson.runtime.v1.Image;
import io.keelson.runtime.v1.ImageFsInfoResponse;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.Int64Value;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.UInt64Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Images, each unpacked to a folder of its own. What was pulled is forgotten with the process. */
final class ImageStore implements Images, AutoCloseable {
  private final Path folder;
  private final Clock clock;
  private final RegistryClient registry = new RegistryClient();
  private final Map<String, StoredImage> byId = new ConcurrentHashMap<>();

  ImageStore(Path folder, Clock clock) {
    this.folder = folder;
    this.clock = clock;
  }

  /**
   * An image.
   *
   * @param files where it is unpacked
   * @param settings the part of its configuration that says how programs are run
   */
  record StoredImage(Image image, Path files, JsonNode settings) {
    List<String> words(String setting) {
      List<String> words = new ArrayList<>();
      settings.path(setting).forEach(word -> words.add(word.asText()));
      return words;
    }
  }

  /** The image that a container asks for. */
  StoredImage get(String name) {
    return find(name)
        .orElseThrow(
            () -> CriException.notFound("image '%s' is not here; pull it first".formatted(name)));
  }

  private Optional<StoredImage> find(String name) {
    StoredImage direct = byId.get(name);
    if (direct != null) {
      return Optional.of(direct);
    }
    if (name.startsWith("sha256:")) {
      return Optional.empty();
    }
    String full = ImageReference.parse(name).toString();
    return byId.values().stream()
        .filter(
            each ->
                each.image().getRepoTagsList().contains(full)
                    || each.image().getRepoDigestsList().contains(full))
        .findAny();
  }

  @Override
  public List<Image> listImages() {
    return byId.values().stream().map(StoredImage::image).toList();
  }

  @Override
  public Optional<Image> imageStatus(ImageSpec image) {
    return find(image.getImage()).map(StoredImage::image);
  }

  @Override
  public String pullImage(ImageSpec image, AuthConfig auth, PodSandboxConfig sandboxConfig)
      throws InterruptedException {
    if (!auth.equals(AuthConfig.getDefaultInstance())) {
      throw CriException.unimplemented("auth is set, and this runtime pulls without credentials");
    }
    ImageReference reference = ImageReference.parse(image.getImage());
    RegistryClient.Document manifest = registry.manifest(reference);
    String id = manifest.content().path("config").path("digest").asText();
    return store(reference, manifest, id);
  }

  /** One pull at a time, so that nobody sees half an image. */
  private synchronized String store(
      ImageReference reference, RegistryClient.Document manifest, String id)
      throws InterruptedException {
    StoredImage known = byId.get(id);
    if (known != null) {
      byId.put(id, named(known, reference, manifest.digest()));
      return id;
    }
    JsonNode settings = registry.config(reference, id).content().path("config");
    Path files = folder.resolve(id.substring(id.indexOf(':') + 1));
    long size = unpack(reference, manifest.content().path("layers"), files);
    Image.Builder image =
        Image.newBuilder().setId(id).setSize(size).setSpec(ImageSpec.newBuilder().setImage(id));
    String user = settings.path("User").asText();
    if (user.matches("[0-9]+(:[0-9]+)?")) {
      String number = user.contains(":") ? user.substring(0, user.indexOf(':')) : user;
      image.setUid(Int64Value.newBuilder().setValue(Long.parseLong(number)));
    } else {
      image.setUsername(user);
    }
    StoredImage stored = new StoredImage(image.build(), files, settings);
    byId.put(id, named(stored, reference, manifest.digest()));
    return id;
  }

  private static StoredImage named(StoredImage stored, ImageReference reference, String digest) {
    Image.Builder image = stored.image().toBuilder();
    String byDigest = reference.byDigest(digest);
    if (!image.getRepoDigestsList().contains(byDigest)) {
      image.addRepoDigests(byDigest);
    }
    if (!reference.hasDigest() && !image.getRepoTagsList().contains(reference.toString())) {
      image.addRepoTags(reference.toString());
    }
    return new StoredImage(image.build(), stored.files(), stored.settings());
  }

  private long unpack(ImageReference reference, JsonNode layers, Path files)
      throws InterruptedException {
    @Nullable Path archive = null;
    boolean done = false;
    try {
      Files.createDirectories(files);
      archive = Files.createTempFile(folder, "layer", "");
      long size = 0;
      for (JsonNode layer : layers) {
        registry.layer(reference, layer.path("digest").asText(), archive);
        HostCommand.run("tar", "-xf", archive.toString(), "-C", files.toString(), "--same-owner");
        removeWhiteouts(files);
        size += Files.size(archive);
      }
      done = true;
      return size;
    } catch (IOException e) {
      throw CriException.unknown("image %s cannot be unpacked: %s".formatted(reference, e), e);
    } finally {
      remove(archive);
      if (!done) {
        remove(files);
      }
    }
  }

  /** A file named .wh.NAME in a layer stands for the removal of NAME from the layers below. */
  private static void removeWhiteouts(Path files) throws IOException, InterruptedException {
    List<Path> marks;
    try (Stream<Path> all = Files.walk(files)) {
      marks = all.filter(each -> each.getFileName().toString().startsWith(".wh.")).toList();
    }
    for (Path mark : marks) {
      if (mark.getFileName().toString().equals(".wh..wh..opq")) {
        throw CriException.unimplemented(
            "%s: layers that hide whole folders are not unpacked".formatted(mark));
      }
      remove(mark.resolveSibling(mark.getFileName().toString().substring(".wh.".length())));
      remove(mark);
    }
  }

  private static void remove(@Nullable Path path) throws InterruptedException {
    if (path != null) {
      HostCommand.run("rm", "-rf", "--one-file-system", path.toString());
    }
  }

  @Override
  public synchronized void removeImage(ImageSpec image) throws InterruptedException {
    Optional<StoredImage> found = find(image.getImage());
    if (found.isPresent()) {
      byId.remove(found.get().image().getId());
      remove(found.get().files());
    }
  }

  @Override
  public ImageFsInfoResponse imageFsInfo() throws InterruptedException {
    String[] used = HostCommand.run("du", "-sb", folder.toString()).split("\t", -1);
    String[] inodes = HostCommand.run("du", "-s", "--inodes", folder.toString()).split("\t", -1);
    Instant now = clock.instant();
    return ImageFsInfoResponse.newBuilder()
        .addImageFilesystems(
            FilesystemUsage.newBuilder()
                .setTimestamp(now.getEpochSecond() * 1_000_000_000L + now.getNano())
                .setFsId(FilesystemIdentifier.newBuilder().setMountpoint(folder.toString()))
                .setUsedBytes(UInt64Value.newBuilder().setValue(Long.parseLong(used[0])))
                .setInodesUsed(UInt64Value.newBuilder().setValue(Long.parseLong(inodes[0]))))
        .build();
  }

  @Override
  public void close() {
    registry.close();
  }
}
