package io.keelson.runtime.docker;

import io.keelson.linux.NativeNetworkNamespaces;
import io.keelson.runtime.docker.cdi.CdiDevices;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.image.Mirrors;
import io.keelson.runtime.spi.BackendContext;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.spi.RuntimeBackendFactory;
import io.keelson.runtime.transport.Endpoint;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Makes the Docker backend from its part of the configuration. */
public final class DockerBackendFactory implements RuntimeBackendFactory {
  private static final String ENDPOINT = "endpoint";
  private static final String CDI_DIRECTORIES = "cdi-dirs";
  private static final String ULIMITS = "default-ulimits";
  private static final String MIRRORS = "mirrors.";
  private static final String HANDLERS = "runtime-handlers.";
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  @Override
  public String name() {
    return DockerBackend.NAME;
  }

  @Override
  public Map<String, String> options() {
    return Map.of(
        ENDPOINT,
        "Where the Docker Engine listens, unix:///path or tcp://host:port; default "
            + DockerEngine.DEFAULT_ENDPOINT
            + ".",
        CDI_DIRECTORIES,
        "Folders with the specs of CDI devices, separated by blanks; where two describe a device"
            + " the later one holds; default "
            + words(CdiDevices.DEFAULT_DIRECTORIES)
            + ".",
        ULIMITS,
        "Limits of the processes of every container, separated by blanks, each soft:hard, such as"
            + " nofile=1024:524288; default the engine's own.",
        MIRRORS + "*",
        "For a registry's host the places to ask first, in order, separated by blanks: each a host,"
            + " with port and path where needed. They get no credentials.",
        HANDLERS + "*",
        "For a further runtime handler the engine's runtime, one of those docker info names;"
            + " pods of the handler docker have the engine's default one.");
  }

  @Override
  public RuntimeBackend create(BackendContext context) {
    return new DockerBackend(
        DockerEngine.at(endpoint(context)),
        settings(context.options()),
        context,
        new NativeNetworkNamespaces(),
        Steps.IGNORED);
  }

  private static Endpoint endpoint(BackendContext context) {
    String text = context.options().get(ENDPOINT);
    if (text == null) {
      return DockerEngine.DEFAULT_ENDPOINT;
    }
    try {
      return Endpoint.parse(text);
    } catch (IllegalArgumentException e) {
      throw CriException.invalidArgument("option " + ENDPOINT + ": " + e.getMessage());
    }
  }

  private static DockerSettings settings(Map<String, String> options) {
    Map<String, List<String>> mirrors = new HashMap<>();
    below(MIRRORS, options)
        .forEach((registry, places) ->
            mirrors.put(registry, BLANKS.splitAsStream(places.strip()).toList()));
    return new DockerSettings(
        new Mirrors(mirrors),
        below(HANDLERS, options),
        cdiDirectories(options),
        Ulimits.parse(ULIMITS, options.getOrDefault(ULIMITS, "")));
  }

  private static List<Path> cdiDirectories(Map<String, String> options) {
    String text = options.get(CDI_DIRECTORIES);
    if (text == null) {
      return CdiDevices.DEFAULT_DIRECTORIES;
    }
    List<Path> directories = BLANKS.splitAsStream(text.strip()).map(Path::of).toList();
    for (Path directory : directories) {
      if (!directory.isAbsolute()) {
        throw CriException.invalidArgument(
            "option %s: '%s' is not an absolute path".formatted(CDI_DIRECTORIES, directory));
      }
    }
    return directories;
  }

  private static String words(List<?> things) {
    return things.stream().map(String::valueOf).collect(Collectors.joining(" "));
  }

  private static Map<String, String> below(String prefix, Map<String, String> options) {
    Map<String, String> below = new HashMap<>();
    options.forEach((key, value) -> {
      if (key.startsWith(prefix)) {
        below.put(key.substring(prefix.length()), value);
      }
    });
    return below;
  }
}
