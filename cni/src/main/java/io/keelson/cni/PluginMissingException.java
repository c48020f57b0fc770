package io.keelson.cni;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** A plugin whose program is in none of the plugin directories. */
public final class PluginMissingException extends CniException {
  private static final long serialVersionUID = 1L;

  private final String pluginType;

  PluginMissingException(String pluginType, List<Path> directories) {
    super(
        "CNI plugin '"
            + pluginType
            + "' is not in "
            + directories.stream().map(Path::toString).collect(Collectors.joining(", "))
            + ": install it there (Debian's reference plugins: apt-get install"
            + " containernetworking-plugins, which go to /usr/lib/cni)",
        null);
    this.pluginType = pluginType;
  }

  /** The plugin's type: the name of the program that is missing. */
  public String pluginType() {
    return pluginType;
  }
}
