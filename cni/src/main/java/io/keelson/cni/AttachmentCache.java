package io.keelson.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is attached, one file an attachment, in the format of {@code libcni} ({@code cniCacheV1})
 * and at its place, {@code <directory>/results/<network>-<container>-<interface>}. Each file
 * carries one key more, {@code owner}, which other libraries pass over.
 *
 * <p>A file is written to a temporary name and renamed, so it is whole at any time. Nothing waits
 * for the disk: a crash of the machine ends the network namespaces too, and may take what was
 * written in the seconds before, as it may take what plugins wrote. One file must not be written by
 * two threads at once; otherwise thread-safe.
 */
public final class AttachmentCache {
  private static final Logger LOG = LoggerFactory.getLogger(AttachmentCache.class);
  private static final String KIND = "cniCacheV1";

  /** Twice what a configuration and a result may have, in base64. */
  private static final int MAX_FILE_BYTES = 8 << 20;

  private final Path results;
  private final String owner;

  /** Shared by writers, held alone while what dead writers left is cleared away. */
  private final ReadWriteLock temporaries = new ReentrantReadWriteLock();

  /**
   * Opens the cache; its folders are made when they are first needed.
   *
   * @param directory as {@code libcni}'s cache directory, usually {@code /var/lib/cni}
   * @param owner marks what this cache writes, to tell it from what others keep in the same place
   */
  public AttachmentCache(Path directory, String owner) {
    this.results = directory.resolve("results");
    this.owner = owner;
  }

  /**
   * Remembers an attachment, in place of what was known of it.
   *
   * @param result null before the network has given one
   * @throws AttachmentCacheException when it cannot be written
   */
  public void put(
      NetworkConfiguration network, Attachment attachment, @Nullable NetworkResult result) {
    ObjectNode entry =
        Json.object()
            .put("kind", KIND)
            .put("containerId", attachment.containerId())
            .put("config", network.json())
            .put("ifName", attachment.interfaceName())
            .put("networkName", network.name());
    Path namespace = attachment.networkNamespace();
    if (namespace != null) {
      entry.put("netns", namespace.toString());
    }
    if (!attachment.arguments().isEmpty()) {
      ArrayNode pairs = entry.putArray("cniArgs");
      attachment.arguments().forEach((key, value) -> pairs.addArray().add(key).add(value));
    }
    if (!attachment.capabilities().isEmpty()) {
      entry.set("capabilityArgs", attachment.capabilities().all());
    }
    if (result != null) {
      entry.set("result", result.copy());
    }
    entry.put("owner", owner);
    temporaries.readLock().lock();
    try {
      write(file(network.name(), attachment), Json.write(entry));
    } finally {
      temporaries.readLock().unlock();
    }
  }

  /** Whether there is a file for this attachment, readable or not. */
  public boolean contains(String networkName, Attachment attachment) {
    return Files.exists(file(networkName, attachment));
  }

  /**
   * What a network gave an attachment, if the cache knows; files of the old format, which hold the
   * result alone, included. A broken file is as good as none.
   */
  public Optional<NetworkResult> result(NetworkConfiguration network, Attachment attachment) {
    Path file = file(network.name(), attachment);
    return read(file)
        .map(tree -> isEntry(tree) ? tree.get("result") : tree)
        .flatMap(node -> Optional.ofNullable(parseResult(node, network.version(), file)));
  }

  /** The network as it was when this attachment was made, if the cache knows. */
  public Optional<NetworkConfiguration> configuration(String networkName, Attachment attachment) {
    Path file = file(networkName, attachment);
    return read(file)
        .filter(AttachmentCache::isEntry)
        .flatMap(tree -> entry(tree, file))
        .map(CachedAttachment::configuration);
  }

  /** This owner's attachments of one container, on whichever network; unreadable ones left out. */
  public List<CachedAttachment> own(String containerId) {
    return entries("-" + containerId + "-").stream()
        .filter(entry -> entry.owner().equals(owner))
        .filter(entry -> entry.attachment().containerId().equals(containerId))
        .toList();
  }

  /** Every attachment of this owner; unreadable ones are left out with a log line. */
  public List<CachedAttachment> own() {
    return entries("").stream().filter(entry -> entry.owner().equals(owner)).toList();
  }

  /**
   * Forgets an attachment; succeeds when it is not known.
   *
   * @throws AttachmentCacheException when its file cannot be deleted
   */
  public void remove(String networkName, Attachment attachment) {
    Path file = file(networkName, attachment);
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new AttachmentCacheException("delete " + file + ": " + e, e);
    }
  }

  /**
   * Deletes the unfinished files of writers of this owner that died.
   *
   * @throws AttachmentCacheException when one cannot be deleted
   */
  public void removeUnfinished() {
    temporaries.writeLock().lock();
    try (Stream<Path> all = Files.list(results)) {
      for (Path file : all.toList()) {
        if (file.getFileName().toString().startsWith(temporaryPrefix())) {
          Files.deleteIfExists(file);
        }
      }
    } catch (NoSuchFileException e) {
      // No folder yet: nobody has written.
    } catch (IOException e) {
      throw new AttachmentCacheException("clear " + results + ": " + e, e);
    } finally {
      temporaries.writeLock().unlock();
    }
  }

  private String temporaryPrefix() {
    return "." + owner + ".";
  }

  private Path file(String networkName, Attachment attachment) {
    return results.resolve(
        networkName + "-" + attachment.containerId() + "-" + attachment.interfaceName());
  }

  private List<CachedAttachment> entries(String namePart) {
    List<Path> files;
    try (Stream<Path> all = Files.list(results)) {
      files =
          all.filter(file -> file.getFileName().toString().contains(namePart))
              .filter(file -> !isTemporary(file))
              .sorted()
              .toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new AttachmentCacheException("list " + results + ": " + e, e);
    }
    List<CachedAttachment> entries = new ArrayList<>();
    for (Path file : files) {
      read(file)
          .filter(AttachmentCache::isEntry)
          .flatMap(tree -> entry(tree, file))
          .ifPresent(entries::add);
    }
    return entries;
  }

  private static Optional<CachedAttachment> entry(ObjectNode tree, Path file) {
    try {
      NetworkConfiguration network =
          NetworkConfiguration.parseList(tree.path("config").binaryValue(), file + ": config");
      String namespace = tree.path("netns").asText("");
      Map<String, String> arguments = new LinkedHashMap<>();
      for (JsonNode pair : tree.path("cniArgs")) {
        arguments.put(pair.path(0).asText(), pair.path(1).asText());
      }
      CapabilityArguments capabilities =
          tree.get("capabilityArgs") instanceof ObjectNode values
              ? CapabilityArguments.of(values)
              : CapabilityArguments.NONE;
      Attachment attachment =
          new Attachment(
              tree.path("containerId").asText(""),
              namespace.isEmpty() ? null : Path.of(namespace),
              tree.path("ifName").asText(""),
              arguments,
              capabilities);
      return Optional.of(
          new CachedAttachment(
              network,
              attachment,
              parseResult(tree.get("result"), network.version(), file),
              tree.path("owner").asText("")));
    } catch (IOException | IllegalArgumentException | CniException e) {
      LOG.warn("CNI cache: {} is passed over: {}", file, e.getMessage());
      return Optional.empty();
    }
  }

  private static @Nullable NetworkResult parseResult(
      @Nullable JsonNode node, SpecVersion assumed, Path file) {
    if (!(node instanceof ObjectNode tree)) {
      return null;
    }
    try {
      return NetworkResult.of(tree, assumed);
    } catch (IllegalArgumentException e) {
      LOG.warn("CNI cache: the result in {} is passed over: {}", file, e.getMessage());
      return null;
    }
  }

  private static boolean isEntry(ObjectNode tree) {
    return tree.path("kind").asText("").equals(KIND);
  }

  private static boolean isTemporary(Path file) {
    return file.getFileName().toString().startsWith(".");
  }

  private static Optional<ObjectNode> read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] json = in.readNBytes(MAX_FILE_BYTES);
      return Optional.of(Json.readObject(json));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | Json.MalformedException e) {
      LOG.warn("CNI cache: {} is passed over: {}", file, e.getMessage());
      return Optional.empty();
    }
  }

  private void write(Path file, byte[] content) {
    Path temporary = file.resolveSibling(temporaryPrefix() + file.getFileName());
    try {
      Files.createDirectories(results.getParent());
      Files.createDirectories(
          results,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Files.deleteIfExists(temporary);
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
        ByteBuffer buffer = ByteBuffer.wrap(content);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw new AttachmentCacheException(
          "write " + file + ": " + e + ": without it the attachment could not be undone", e);
    }
  }
}
