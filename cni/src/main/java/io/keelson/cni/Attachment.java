package io.keelson.cni;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One interface of one container: what a caller asks a network for.
 *
 * @param containerId letters, digits and {@code _ . -}, a letter or digit first
 * @param networkNamespace the container's namespace; null when it no longer exists, which only
 *     deleting allows
 * @param interfaceName the interface inside the container, at most 15 characters
 * @param arguments {@code CNI_ARGS}, in order; no semicolons
 * @param capabilities what is asked by capability
 */
public record Attachment(
    String containerId,
    @Nullable Path networkNamespace,
    String interfaceName,
    Map<String, String> arguments,
    CapabilityArguments capabilities) {
  /** Checks names and arguments, and keeps an unchangeable copy. */
  public Attachment {
    Names.requireContainerId(containerId);
    Names.requireInterfaceName(interfaceName);
    for (Map.Entry<String, String> argument : arguments.entrySet()) {
      requireArgument(argument.getKey(), argument.getKey().contains("="));
      requireArgument(
          argument.getKey(), isUnsafe(argument.getKey()) || isUnsafe(argument.getValue()));
    }
    arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
  }

  /** The same with another namespace, or with none. */
  public Attachment withNetworkNamespace(@Nullable Path namespace) {
    return new Attachment(containerId, namespace, interfaceName, arguments, capabilities);
  }

  private static boolean isUnsafe(String text) {
    return text.indexOf(';') >= 0 || text.indexOf(0) >= 0;
  }

  private static void requireArgument(String key, boolean unsafe) {
    if (unsafe) {
      throw new IllegalArgumentException(
          "CNI argument '" + key + "': ';' and zero are not possible, '=' not in a key");
    }
  }
}
