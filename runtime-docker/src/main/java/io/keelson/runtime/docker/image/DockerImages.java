package io.keelson.runtime.docker.image;

import com.github.dockerjava.api.command.InspectImageResponse;
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
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The images of a Docker Engine as the CRI sees them. Names are given in full ({@code
 * docker.io/library/busybox:1}); the pause image is shown as pinned. What the engine says is kept
 * in memory while its events are followed. Thread-safe.
 */
public final class DockerImages implements Images, AutoCloseable {

  /** How long a pull may make no progress before it is given up; containerd has the same. */
  public static final Duration PULL_STALL_LIMIT = Duration.ofMinutes(5);

  private static final Pattern WHOLE_ID = Pattern.compile("(?:sha256:)?[0-9a-f]{64}");
  private static final Pattern ID_PREFIX = Pattern.compile("(?:sha256:)?[0-9a-f]{4,64}");
  private static final Pattern LAYER_SEPARATOR = Pattern.compile(":");
  private static final int FACTS_CACHE_LIMIT = 4096;

  private final DockerEngine engine;
  private final EngineImages single;
  private final Mirrors mirrors;
  private final ReentrantLock removing = new ReentrantLock();
  private final MirroredPulls pulls;
  private final Clock clock;
  private @Nullable Storage storage;

  // The configuration behind an id never changes.
  private final Map<String, Facts> facts =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Facts> eldest) {
          return size() > FACTS_CACHE_LIMIT;
        }
      };

  /**
   * What its inspection tells of an image. The sizes in the engine's list count more with
   * containerd's image store: the packed layers beside the unpacked ones.
   */
  private record Facts(String user, long size) {
    static Facts of(InspectImageResponse image) {
      String user = image.getConfig() == null ? null : image.getConfig().getUser();
      return new Facts(
          Objects.requireNonNullElse(user, ""), Objects.requireNonNullElse(image.getSize(), 0L));
    }
  }

  private record Storage(Path root, StorageUsage usage) {}

  /** The images of an engine, with {@link #PULL_STALL_LIMIT}. */
  public DockerImages(DockerEngine engine, Mirrors mirrors, Clock clock) {
    this(engine, mirrors, PULL_STALL_LIMIT, clock);
  }

  /**
   * The images of an engine.
   *
   * @param mirrors asked before the registries themselves
   * @param stallLimit see {@link #PULL_STALL_LIMIT}
   * @param clock the time of filesystem figures
   */
  public DockerImages(DockerEngine engine, Mirrors mirrors, Duration stallLimit, Clock clock) {
    this.engine = engine;
    this.single = new EngineImages(engine);
    this.mirrors = mirrors;
    this.pulls = new MirroredPulls(single, new ImagePulls(engine, stallLimit), mirrors);
    this.clock = clock;
  }

  @Override
  public List<Image> listImages() throws InterruptedException {
    List<com.github.dockerjava.api.model.Image> found = single.list();
    List<Image> images = new ArrayList<>(found.size());
    for (com.github.dockerjava.api.model.Image image : found) {
      Optional<Facts> known = factsOf(image.getId());
      if (known.isPresent()) {
        images.add(
            message(
                image.getId(),
                mirrors.shown(
                    new Mirrors.Names(names(image.getRepoTags()), names(image.getRepoDigests()))),
                known.get()));
      }
    }
    return images;
  }

  /** What does not change of an image; empty when the image is gone meanwhile. */
  private Optional<Facts> factsOf(String id) throws InterruptedException {
    synchronized (facts) {
      Facts known = facts.get(id);
      if (known != null) {
        return Optional.of(known);
      }
    }
    Optional<Facts> found = single.inspect(id).map(Facts::of);
    found.ifPresent(known -> {
      synchronized (facts) {
        facts.put(id, known);
      }
    });
    return found;
  }

  /**
   * Whom an image says its processes run as: {@code name}, {@code uid}, {@code name:group}, {@code
   * uid:gid}, or empty for root.
   *
   * @param imageId an id
   * @throws CriException {@code NOT_FOUND} when the image is gone
   */
  public String configuredUser(String imageId) throws InterruptedException {
    return factsOf(imageId)
        .map(Facts::user)
        .orElseThrow(() -> CriException.notFound("image '" + imageId + "' is gone; pull it"));
  }

  @Override
  public Optional<Image> imageStatus(ImageSpec image) throws InterruptedException {
    return find(image.getImage()).map(this::message);
  }

  /**
   * The directories of an image's layers on this machine, the uppermost first; empty when the
   * engine keeps them in another way than overlay2 does.
   *
   * @param imageId an id
   * @throws CriException {@code NOT_FOUND} when the image is gone
   */
  public List<Path> layers(String imageId) throws InterruptedException {
    InspectImageResponse image =
        single
            .inspect(imageId)
            .orElseThrow(() -> CriException.notFound("image '" + imageId + "' is gone; pull it"));
    if (!(image.getRawValues().get("GraphDriver") instanceof Map<?, ?> driver)
        || !(driver.get("Data") instanceof Map<?, ?> data)
        || !"overlay2".equals(driver.get("Name"))
        || !(data.get("UpperDir") instanceof String upper)) {
      return List.of();
    }
    List<Path> layers = new ArrayList<>();
    layers.add(Path.of(upper));
    // An image of one layer has none below.
    if (data.get("LowerDir") instanceof String lower) {
      LAYER_SEPARATOR.splitAsStream(lower).map(Path::of).forEach(layers::add);
    }
    return layers;
  }

  private Optional<InspectImageResponse> find(String text) throws InterruptedException {
    if (text.isEmpty()) {
      throw CriException.invalidArgument("no image named; give a name, a digest or an id");
    }
    if (WHOLE_ID.matcher(text).matches()) {
      return single.inspect(text);
    }
    boolean mayBeId = ID_PREFIX.matcher(text).matches();
    if (!text.startsWith("sha256:")) {
      Optional<InspectImageResponse> named = named(ImageReference.parse(text));
      if (named.isPresent() || !mayBeId) {
        return named;
      }
    } else if (!mayBeId) {
      throw CriException.invalidArgument("'" + text + "' is not an image id");
    }
    return single.inspect(text);
  }

  private Optional<InspectImageResponse> named(ImageReference reference)
      throws InterruptedException {
    Optional<InspectImageResponse> found = single.inspect(reference.pinned());
    if (found.isPresent() || reference.digest() == null) {
      return found;
    }
    for (ImageReference atMirror : mirrors.of(reference)) {
      found =
          single
              .inspect(atMirror.pinned())
              .filter(image -> Mirrors.isMarked(names(image), atMirror));
      if (found.isPresent()) {
        return found;
      }
    }
    return found;
  }

  private static Mirrors.Names names(InspectImageResponse image) {
    return new Mirrors.Names(names(image.getRepoTags()), names(image.getRepoDigests()));
  }

  private Image message(InspectImageResponse image) {
    return message(
        Objects.requireNonNullElse(image.getId(), ""),
        mirrors.shown(names(image)),
        Facts.of(image));
  }

  private static Image message(String id, Mirrors.Names names, Facts facts) {
    Image.Builder image =
        Image.newBuilder()
            .setId(id)
            .addAllRepoTags(names.tags())
            .addAllRepoDigests(names.digests())
            .setSize(facts.size())
            .setPinned(names.tags().contains(PAUSE_IMAGE));
    // The image's user is "name", "uid", "name:group" or "uid:gid".
    String name = facts.user().split(":", 2)[0];
    try {
      image.setUid(Int64Value.newBuilder().setValue(name.isEmpty() ? 0 : Long.parseLong(name)));
    } catch (NumberFormatException notAUid) {
      image.setUsername(name);
    }
    return image.build();
  }

  private static final String PAUSE_IMAGE = ImageReference.parse(PauseImage.NAME).toString();

  private static List<String> names(@Nullable List<String> names) {
    return names == null ? List.of() : names(names.stream());
  }

  private static List<String> names(String @Nullable [] names) {
    return names == null ? List.of() : names(Arrays.stream(names));
  }

  private static List<String> names(Stream<String> names) {
    // Older engines show a missing tag or digest in this way.
    return names
        .filter(name -> !name.contains("<none>"))
        .map(name -> ImageReference.parse(name).toString())
        .toList();
  }

  @Override
  public String pullImage(ImageSpec image, AuthConfig auth, PodSandboxConfig sandboxConfig)
      throws InterruptedException {
    ImageReference reference = ImageReference.parse(image.getImage());
    try {
      pulls.pull(reference, auth);
    } finally {
      single.changed();
      storageChanged();
    }
    return named(reference)
        .map(InspectImageResponse::getId)
        .orElseThrow(() ->
            CriException.unavailable(
                "image " + reference + " was pulled and removed again meanwhile; pull it again",
                null));
  }

  /**
   * Removes every name of the image, and its data unless a container still uses it: like
   * containerd, this succeeds then, and the data goes with a later removal. One at a time: whoever
   * comes second must not return before the first has finished.
   */
  @Override
  public void removeImage(ImageSpec image) throws InterruptedException {
    removing.lockInterruptibly();
    try {
      removeAlone(image);
    } finally {
      removing.unlock();
    }
  }

  private void removeAlone(ImageSpec image) throws InterruptedException {
    // A name given a moment ago, of which no event has told yet, would keep the image.
    single.changed();
    Optional<InspectImageResponse> found = find(image.getImage());
    if (found.isEmpty()) {
      return;
    }
    String id = Objects.requireNonNullElse(found.get().getId(), "");
    for (String reference : names(found.get()).all()) {
      single.remove(reference, true);
    }
    single.remove(id, false);
    storageChanged();
  }

  @Override
  public ImageFsInfoResponse imageFsInfo() throws InterruptedException {
    Storage known = storage();
    StorageUsage.Usage usage;
    try {
      usage = known.usage().get();
    } catch (IOException e) {
      throw CriException.failedPrecondition(
          "cannot count what the Docker Engine's data folder %s takes: %s; run on the engine's"
                  .formatted(known.root(), e.getMessage())
              + " machine, as root");
    }
    FilesystemUsage filesystem =
        FilesystemUsage.newBuilder()
            .setTimestamp(usage.epochNanos())
            .setFsId(FilesystemIdentifier.newBuilder().setMountpoint(known.root().toString()))
            .setUsedBytes(UInt64Value.newBuilder().setValue(usage.bytes()))
            .setInodesUsed(UInt64Value.newBuilder().setValue(usage.inodes()))
            .build();
    return ImageFsInfoResponse.newBuilder()
        .addImageFilesystems(filesystem)
        .addContainerFilesystems(filesystem)
        .build();
  }

  /** The engine tells that somebody has made, named or removed an image. */
  public void changed() {
    single.changed();
  }

  /**
   * Whether {@link #changed} is called at every change from now on. Only then are the engine's
   * answers kept.
   */
  public void followed(boolean now) {
    single.followed(now);
  }

  private synchronized void storageChanged() {
    if (storage != null) {
      storage.usage().outdate();
    }
  }

  private Storage storage() throws InterruptedException {
    synchronized (this) {
      if (storage != null) {
        return storage;
      }
    }
    Path root = Path.of(Objects.requireNonNullElse(engine.info().getDockerRootDir(), ""));
    synchronized (this) {
      if (storage == null) {
        storage = new Storage(root, new StorageUsage(root, clock));
      }
      return storage;
    }
  }

  /** Gives up pulls in progress. */
  @Override
  public void close() {
    pulls.close();
  }
}
