package io.keelson.runtime.docker;

import io.keelson.runtime.docker.engine.ContainerFile;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.records.ContainerRecord;
import io.keelson.runtime.docker.user.AccountFiles;
import io.keelson.runtime.spi.CriException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The accounts that images bring along. The engine shows files of containers only, so the first use
 * of an image makes a container of it for a moment; the last 256 images are remembered.
 * Thread-safe.
 */
final class ImageAccounts {
  private static final Path PASSWD = Path.of("/etc/passwd");
  private static final Path GROUP = Path.of("/etc/group");
  private static final int IMAGE_LIMIT = 256;
  private static final int FILE_LIMIT = 1 << 20;

  private final DockerEngine engine;
  private final EngineContainers containers;
  private final ContainerOptions options;

  // What an image id stands for never changes.
  private final Map<String, Known> images =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
          return size() > IMAGE_LIMIT;
        }
      };

  /** Of those who need the same image at once, one reads and the others wait. */
  private static final class Known {
    private final ReentrantLock reading = new ReentrantLock();
    private @Nullable AccountFiles files;
  }

  ImageAccounts(DockerEngine engine, EngineContainers containers, ContainerOptions options) {
    this.engine = engine;
    this.containers = containers;
    this.options = options;
  }

  /**
   * Those of a container's image.
   *
   * @param record of the container that is being made; when this fails, what was made for it bears
   *     its token
   * @throws CriException {@code INVALID_ARGUMENT} for an image whose files are beyond measure
   */
  AccountFiles of(ContainerRecord record) throws InterruptedException {
    Known known;
    synchronized (images) {
      known = images.computeIfAbsent(record.getImageId(), id -> new Known());
    }
    known.reading.lockInterruptibly();
    try {
      AccountFiles files = known.files;
      if (files == null) {
        files = read(record);
        known.files = files;
      }
      return files;
    } finally {
      known.reading.unlock();
    }
  }

  private AccountFiles read(ContainerRecord record) throws InterruptedException {
    String image = record.getImageId();
    String id =
        containers.create(
            "look into image " + image,
            client -> options.hold(client, record, image).exec().getId());
    // Older engines start a process of their own for each file, which takes its time.
    Beside<String> passwd = Beside.start(() -> text(id, PASSWD));
    Beside<String> group = Beside.start(() -> text(id, GROUP));
    AccountFiles files = AccountFiles.parse(passwd.await(), group.await());
    containers.remove(id);
    return files;
  }

  private String text(String container, Path file) throws InterruptedException {
    return ContainerFile.read(engine, container, file, FILE_LIMIT).orElse("");
  }
}
