package io.keelson.node.agent.manifest;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Manifests from the files of a folder ({@code *.yaml}, {@code *.yml}, {@code *.json}; hidden ones
 * left out), read again when they change. A file that is broken, or half written, counts as what it
 * was when it last was good, and its problems are told; one that is gone asks for nothing.
 *
 * <p>Changes are seen by the kernel's notices, and by looking through the folder every so often in
 * case one got lost.
 */
public final class ManifestFolder implements ManifestSource {
  private static final Logger log = LoggerFactory.getLogger(ManifestFolder.class);

  /** Changes within this time are taken together: editors write in several steps. */
  private static final Duration SETTLE = Duration.ofMillis(100);

  private final Path folder;
  private final ManifestParser parser;
  private final Duration rescan;
  private final Map<Path, File> files = new TreeMap<>();
  private @Nullable WatchService watch;
  private @Nullable Thread thread;

  /** What is known of one file. */
  private record File(
      FileTime modified,
      long size,
      @Nullable Object key,
      ManifestParser.@Nullable Content lastGood,
      List<ManifestProblem> problems) {}

  /**
   * Creates a source; nothing is read before {@link #start}.
   *
   * @param rescan how often the folder is looked through without a notice
   */
  public ManifestFolder(Path folder, ManifestParser parser, Duration rescan) {
    this.folder = folder;
    this.parser = parser;
    this.rescan = rescan;
  }

  @Override
  public void start(Consumer<Manifests> receiver) {
    try {
      WatchService service = folder.getFileSystem().newWatchService();
      watch = service;
      // Watched before it is read, so that no change falls in between.
      folder.register(
          service,
          StandardWatchEventKinds.ENTRY_CREATE,
          StandardWatchEventKinds.ENTRY_MODIFY,
          StandardWatchEventKinds.ENTRY_DELETE);
      scan();
      receiver.accept(merged());
      thread = Thread.ofVirtual().name("manifests").start(() -> follow(service, receiver));
    } catch (IOException e) {
      close();
      throw new ManifestException(
          List.of(
              new ManifestProblem(
                  folder.toString(),
                  0,
                  "",
                  "the manifest folder cannot be read (%s: %s); make it, or give another"
                      .formatted(e.getClass().getSimpleName(), e.getMessage()))));
    }
  }

  private void follow(WatchService service, Consumer<Manifests> receiver) {
    try {
      while (true) {
        WatchKey key = service.poll(rescan.toMillis(), TimeUnit.MILLISECONDS);
        while (key != null) {
          key.pollEvents();
          key.reset();
          key = service.poll(SETTLE.toMillis(), TimeUnit.MILLISECONDS);
        }
        try {
          if (scan()) {
            receiver.accept(merged());
          }
        } catch (IOException e) {
          // A folder that is away for a moment must not end every pod.
          log.warn("manifest folder {} cannot be read, its pods stay as they are", folder, e);
        }
      }
    } catch (InterruptedException | ClosedWatchServiceException e) {
      log.debug("no longer watching {}", folder);
    }
  }

  private Manifests merged() {
    List<ManifestParser.Content> contents = new ArrayList<>();
    List<ManifestProblem> problems = new ArrayList<>();
    for (File file : files.values()) {
      problems.addAll(file.problems());
      if (file.lastGood() != null) {
        contents.add(file.lastGood());
      }
    }
    return ManifestFiles.merge(contents, problems);
  }

  /** Reads what has changed; tells whether anything has. */
  private boolean scan() throws IOException {
    List<Path> present = new ArrayList<>();
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(folder, "[!.]*.{yaml,yml,json}")) {
      for (Path entry : entries) {
        if (Files.isRegularFile(entry)) {
          present.add(entry);
        }
      }
    }
    boolean changed = files.keySet().retainAll(present);
    for (Path path : present) {
      changed |= refresh(path);
    }
    return changed;
  }

  private boolean refresh(Path path) throws IOException {
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(path, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      return files.remove(path) != null;
    }
    File known = files.get(path);
    if (known != null
        && known.modified().equals(attributes.lastModifiedTime())
        && known.size() == attributes.size()
        && Objects.equals(known.key(), attributes.fileKey())) {
      return false;
    }
    ManifestParser.Content lastGood = known == null ? null : known.lastGood();
    List<ManifestProblem> problems = List.of();
    try {
      lastGood = ManifestFiles.read(path, parser);
    } catch (ManifestException e) {
      problems = e.problems();
      problems.forEach(problem -> log.warn("{}", problem));
    }
    files.put(
        path,
        new File(
            attributes.lastModifiedTime(),
            attributes.size(),
            attributes.fileKey(),
            lastGood,
            problems));
    return true;
  }

  @Override
  public void close() {
    try {
      if (watch != null) {
        watch.close();
      }
    } catch (IOException e) {
      log.warn("closing the watch on {}", folder, e);
    }
    Thread running = thread;
    if (running != null) {
      running.interrupt();
    }
  }
}
