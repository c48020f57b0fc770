package io.keelson.runtime.docker.image;

import com.github.dockerjava.api.command.InspectImageResponse;
import io.grpc.Status;
import io.keelson.runtime.docker.engine.DockerEngine;
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
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The engine's images as CRI has them; an image's id is the digest of its configuration. */
public final class DockerImages implements Images {
  private static final Pattern ID = Pattern.compile("(sha256:)?[0-9a-f]{12,64}");
  private static final String NONE = "<none>";

  private final DockerEngine engine;
  private final ImagePull pull;
  private final DiskUsage usage;
  private final Clock clock;

  /** What an image's configuration says never changes: its user, by image id. */
  private final Map<String, String> users = new ConcurrentHashMap<>();

  /** The images of one engine. */
  public DockerImages(DockerEngine engine, Clock clock) {
    this.engine = engine;
    this.pull = new ImagePull(engine);
    this.usage = new DiskUsage(clock);
    this.clock = clock;
  }

  @Override
  public List<Image> listImages() throws InterruptedException {
    List<Image> images = new ArrayList<>();
    for (com.github.dockerjava.api.model.Image listed :
        engine.call("list images", client -> client.listImagesCmd().exec())) {
      Optional<String> user = user(listed.getId());
      if (user.isPresent()) {
        images.add(
            image(
                listed.getId(),
                named(listed.getRepoTags()),
                named(listed.getRepoDigests()),
                Objects.requireNonNullElse(listed.getSize(), 0L),
                user.get()));
      }
    }
    users.keySet().retainAll(images.stream().map(Image::getId).toList());
    return images;
  }

  /** The user an image runs as; empty when the image went meanwhile. */
  private Optional<String> user(String id) throws InterruptedException {
    String known = users.get(id);
    if (known != null) {
      return Optional.of(known);
    }
    Optional<String> user = inspect(id).map(DockerImages::user);
    user.ifPresent(u -> users.put(id, u));
    return user;
  }

  private static String user(InspectImageResponse inspected) {
    var config = inspected.getConfig();
    return config == null ? "" : Objects.requireNonNullElse(config.getUser(), "");
  }

  @Override
  public Optional<Image> imageStatus(ImageSpec image) throws InterruptedException {
    return inspect(engineName(image.getImage()))
        .map(found ->
            image(
                Objects.requireNonNull(found.getId(), "the engine gives every image an id"),
                Objects.requireNonNullElse(found.getRepoTags(), List.of()),
                Objects.requireNonNullElse(found.getRepoDigests(), List.of()),
                Objects.requireNonNullElse(found.getSize(), 0L),
                user(found)));
  }

  /** An id as it is, and any other name in full. */
  private static String engineName(String name) {
    return ID.matcher(name).matches() ? name : ImageReference.parse(name).pinned();
  }

  private Optional<InspectImageResponse> inspect(String name) throws InterruptedException {
    try {
      return Optional.of(
          engine.call("inspect image " + name, client -> client.inspectImageCmd(name).exec()));
    } catch (CriException e) {
      if (e.code() == Status.Code.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static List<String> named(String @Nullable [] names) {
    return names == null
        ? List.of()
        : Arrays.stream(names).filter(name -> !name.contains(NONE)).toList();
  }

  private static Image image(
      String id, List<String> tags, List<String> digests, long size, String user) {
    Image.Builder image =
        Image.newBuilder()
            .setId(id)
            .addAllRepoTags(tags)
            .addAllRepoDigests(digests)
            .setSize(size)
            .setSpec(ImageSpec.newBuilder().setImage(id))
            .setPinned(tags.contains(PauseImage.NAME));
    String name = user.contains(":") ? user.substring(0, user.indexOf(':')) : user;
    if (name.isEmpty()) {
      image.setUid(Int64Value.getDefaultInstance());
    } else if (name.chars().allMatch(Character::isDigit)) {
      image.setUid(Int64Value.newBuilder().setValue(Long.parseLong(name)));
    } else {
      image.setUsername(name);
    }
    return image.build();
  }

  @Override
  public String pullImage(ImageSpec image, AuthConfig auth, PodSandboxConfig sandboxConfig)
      throws InterruptedException {
    ImageReference reference = ImageReference.parse(image.getImage());
    pull.run(reference, auth);
    usage.invalidate();
    return inspect(reference.pinned())
        .map(InspectImageResponse::getId)
        .orElseThrow(() ->
            CriException.unknown(
                "image '%s' was pulled but is not there; something else removed it"
                    .formatted(reference),
                null));
  }

  /**
   * Removes every name of the image, then the image itself. One that a container still uses loses
   * its names and goes with its last container.
   */
  @Override
  public void removeImage(ImageSpec image) throws InterruptedException {
    Optional<InspectImageResponse> found = inspect(engineName(image.getImage()));
    if (found.isEmpty()) {
      return;
    }
    String id = Objects.requireNonNull(found.get().getId(), "the engine gives every image an id");
    List<String> names =
        new ArrayList<>(Objects.requireNonNullElse(found.get().getRepoTags(), List.of()));
    names.addAll(Objects.requireNonNullElse(found.get().getRepoDigests(), List.of()));
    for (String name : names) {
      remove(name);
    }
    remove(id);
    usage.invalidate();
  }

  private void remove(String name) throws InterruptedException {
    try {
      engine.call(
          "remove image " + name, client -> client.removeImageCmd(name).withForce(true).exec());
    } catch (CriException e) {
      boolean goneOrInUse =
          e.code() == Status.Code.NOT_FOUND || e.code() == Status.Code.FAILED_PRECONDITION;
      if (!goneOrInUse) {
        throw e;
      }
    }
  }

  @Override
  public ImageFsInfoResponse imageFsInfo() throws InterruptedException {
    Path root = Path.of(Objects.requireNonNull(engine.info().getDockerRootDir(), "root dir"));
    DiskUsage.Measured measured = usage.of(root);
    Instant now = clock.instant();
    FilesystemUsage used =
        FilesystemUsage.newBuilder()
            .setTimestamp(now.getEpochSecond() * 1_000_000_000L + now.getNano())
            .setFsId(FilesystemIdentifier.newBuilder().setMountpoint(root.toString()))
            .setUsedBytes(UInt64Value.newBuilder().setValue(measured.bytes()))
            .setInodesUsed(UInt64Value.newBuilder().setValue(measured.files()))
            .build();
    return ImageFsInfoResponse.newBuilder()
        .addImageFilesystems(used)
        .addContainerFilesystems(used)
        .build();
  }
}
