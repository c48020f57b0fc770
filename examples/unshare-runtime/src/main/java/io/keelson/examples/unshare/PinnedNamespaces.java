package io.keelson.examples.unshare;

import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.NamespaceOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The namespaces that the containers of a pod share: network, host name and IPC. Each is kept by a
 * file that it is mounted on, so that it needs no process.
 */
final class PinnedNamespaces {
  private final Path folder;
  private final List<String> kinds = new ArrayList<>();

  /**
   * Chooses the namespaces; {@link #make} makes them.
   *
   * @param folder for the files
   */
  PinnedNamespaces(Path folder, NamespaceOption wanted) {
    this.folder = folder;
    if (wanted.getNetwork() != NamespaceMode.NODE) {
      kinds.add("net");
      kinds.add("uts");
    }
    if (wanted.getIpc() != NamespaceMode.NODE) {
      kinds.add("ipc");
    }
  }

  boolean hasNetwork() {
    return kinds.contains("net");
  }

  /** The file of the network namespace. */
  Path network() {
    return folder.resolve("net");
  }

  /** Makes them; a namespace of host names gets the pod's. */
  void make(String hostname) throws InterruptedException {
    List<String> command = new ArrayList<>(List.of("unshare"));
    try {
      for (String kind : kinds) {
        command.add("--%s=%s".formatted(kind, Files.createFile(folder.resolve(kind))));
      }
    } catch (IOException e) {
      throw CriException.unknown("namespaces cannot be kept in %s: %s".formatted(folder, e), e);
    }
    if (kinds.contains("uts") && !hostname.isEmpty()) {
      command.addAll(List.of("hostname", hostname));
    } else {
      command.add("true");
    }
    HostCommand.run(command);
  }

  /** The words before a command that run it in them. */
  List<String> enter() {
    List<String> command = new ArrayList<>(List.of("nsenter"));
    for (String kind : kinds) {
      command.add("--%s=%s".formatted(kind, folder.resolve(kind)));
    }
    return command;
  }

  /** Lets go of them, as far as they were made. */
  void remove() throws InterruptedException {
    for (String kind : kinds) {
      Path file = folder.resolve(kind);
      if (Files.exists(file)) {
        HostCommand.run("umount", "--lazy", "--quiet", file.toString());
      }
    }
  }
}
