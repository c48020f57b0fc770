package io.keelson.runtime.server;

import com.google.protobuf.ByteString;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.Device;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.KeyValue;
import io.keelson.runtime.v1.LinuxContainerResources;
import io.keelson.runtime.v1.Mount;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PortMapping;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a request must look like whatever the backend: present, well-formed, bounded, and with no
 * path that leads out of where it belongs. Every violation is {@code INVALID_ARGUMENT} and names
 * the field.
 */
final class RequestValidation {
  private static final Pattern ID = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}");
  private static final Pattern NAME =
      Pattern.compile("[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,251}[a-zA-Z0-9])?");
  private static final Pattern HOSTNAME =
      Pattern.compile("[a-zA-Z0-9]([a-zA-Z0-9.-]{0,252}[a-zA-Z0-9])?");
  private static final Pattern SYSCTL = Pattern.compile("[a-z0-9_]+([./][a-zA-Z0-9_-]+)+");
  private static final int TEXT_LIMIT = 4096;
  private static final int IMAGE_LIMIT = 1024;
  private static final int LIST_LIMIT = 10_000;
  private static final long TIMEOUT_LIMIT_SECONDS = 365L * 24 * 3600;

  private RequestValidation() {}

  static String podSandboxId(String id) {
    return id("pod_sandbox_id", id);
  }

  static String containerId(String id) {
    return id("container_id", id);
  }

  private static String id(String field, String id) {
    if (id.isEmpty()) {
      throw CriException.invalidArgument(field + " is empty; give an id or a unique prefix of one");
    }
    if (!ID.matcher(id).matches()) {
      throw CriException.invalidArgument(
          "%s '%s' is not an id: up to 128 letters, digits, '_', '.' or '-'"
              .formatted(field, shortened(id)));
    }
    return id;
  }

  static void sandboxConfig(PodSandboxConfig config) {
    require(config.hasMetadata(), "config.metadata is missing; name, uid and namespace are needed");
    name("config.metadata.name", config.getMetadata().getName());
    name("config.metadata.namespace", config.getMetadata().getNamespace());
    name("config.metadata.uid", config.getMetadata().getUid());
    if (!config.getHostname().isEmpty()) {
      require(
          HOSTNAME.matcher(config.getHostname()).matches(),
          "config.hostname '%s' is not a host name".formatted(shortened(config.getHostname())));
    }
    if (!config.getLogDirectory().isEmpty()) {
      absolutePath("config.log_directory", config.getLogDirectory());
    }
    int index = 0;
    for (PortMapping mapping : config.getPortMappingsList()) {
      portMapping("config.port_mappings[" + index++ + "]", mapping);
    }
    labels("config.labels", config.getLabelsMap());
    labels("config.annotations", config.getAnnotationsMap());
    config
        .getLinux()
        .getSysctlsMap()
        .forEach((key, value) ->
            require(
                SYSCTL.matcher(key).matches() && !key.contains(".."),
                "config.linux.sysctls key '%s' is not a sysctl name".formatted(shortened(key))));
    cgroupParent(config.getLinux().getCgroupParent());
    resources("config.linux.resources", config.getLinux().getResources());
  }

  static void containerConfig(ContainerConfig config) {
    require(config.hasMetadata(), "config.metadata is missing; a container needs a name");
    name("config.metadata.name", config.getMetadata().getName());
    image("config.image", config.getImage());
    if (!config.getWorkingDir().isEmpty()) {
      absolutePath("config.working_dir", config.getWorkingDir());
    }
    int index = 0;
    for (KeyValue env : config.getEnvsList()) {
      String key = env.getKey();
      require(
          !key.isEmpty() && key.indexOf('=') < 0 && key.indexOf('\0') < 0,
          "config.envs[%d].key '%s' is not a variable name".formatted(index++, shortened(key)));
      require(!holdsNul(env.getValue()), "config.envs '%s' holds a NUL byte".formatted(key));
    }
    index = 0;
    for (Mount mount : config.getMountsList()) {
      String field = "config.mounts[" + index++ + "]";
      absolutePath(field + ".container_path", mount.getContainerPath());
      if (!mount.hasImage()) {
        absolutePath(field + ".host_path", mount.getHostPath());
      }
    }
    index = 0;
    for (Device device : config.getDevicesList()) {
      String field = "config.devices[" + index++ + "]";
      absolutePath(field + ".host_path", device.getHostPath());
      require(
          device.getPermissions().matches("[rwm]{0,3}"),
          "%s.permissions '%s' may hold r, w and m only"
              .formatted(field, shortened(device.getPermissions())));
    }
    logPath(config.getLogPath());
    labels("config.labels", config.getLabelsMap());
    labels("config.annotations", config.getAnnotationsMap());
    resources("config.linux.resources", config.getLinux().getResources());
    for (String word : config.getCommandList()) {
      noNul("config.command", word);
    }
    for (String word : config.getArgsList()) {
      noNul("config.args", word);
    }
  }

  static void image(String field, ImageSpec image) {
    String name = image.getImage();
    require(!name.isEmpty(), field + ".image is empty; give an image name or id");
    require(
        name.length() <= IMAGE_LIMIT && name.chars().allMatch(c -> c > ' ' && c < 0x7f),
        "%s.image '%s' is not an image reference".formatted(field, shortened(name)));
  }

  static long timeoutSeconds(long seconds) {
    require(
        seconds <= TIMEOUT_LIMIT_SECONDS,
        "timeout of %d s is absurd; the limit is one year".formatted(seconds));
    require(seconds >= 0, "timeout of %d s is negative; 0 means none".formatted(seconds));
    return seconds;
  }

  static void command(List<String> command) {
    require(!command.isEmpty(), "cmd is empty; give the program and its arguments");
    require(
        command.size() <= LIST_LIMIT,
        "cmd has %d words, the limit is %d".formatted(command.size(), LIST_LIMIT));
    command.forEach(word -> noNul("cmd", word));
  }

  static void resources(String field, LinuxContainerResources resources) {
    require(
        resources.getMemoryLimitInBytes() >= 0,
        "%s.memory_limit_in_bytes %d is negative; 0 means none"
            .formatted(field, resources.getMemoryLimitInBytes()));
    require(
        resources.getCpuShares() >= 0,
        "%s.cpu_shares %d is negative".formatted(field, resources.getCpuShares()));
    require(
        resources.getCpuPeriod() >= 0,
        "%s.cpu_period %d is negative".formatted(field, resources.getCpuPeriod()));
    require(
        resources.getOomScoreAdj() >= -1000 && resources.getOomScoreAdj() <= 1000,
        "%s.oom_score_adj %d is not within -1000 to 1000"
            .formatted(field, resources.getOomScoreAdj()));
  }

  private static void portMapping(String field, PortMapping mapping) {
    require(
        mapping.getContainerPort() > 0 && mapping.getContainerPort() <= 65535,
        "%s.container_port %d is not within 1 to 65535"
            .formatted(field, mapping.getContainerPort()));
    require(
        mapping.getHostPort() >= 0 && mapping.getHostPort() <= 65535,
        "%s.host_port %d is not within 0 to 65535".formatted(field, mapping.getHostPort()));
    require(
        mapping.getProtocol() != io.keelson.runtime.v1.Protocol.UNRECOGNIZED,
        "%s.protocol %d is not TCP, UDP or SCTP".formatted(field, mapping.getProtocolValue()));
  }

  private static void logPath(String path) {
    if (path.isEmpty()) {
      return;
    }
    Path parsed = path("config.log_path", path);
    require(
        !parsed.isAbsolute() && !parsed.normalize().startsWith(".."),
        "config.log_path '%s' must be relative and stay below the pod's log directory"
            .formatted(shortened(path)));
  }

  private static void cgroupParent(String parent) {
    require(
        parent.isEmpty() || !List.of(parent.split("/")).contains(".."),
        "config.linux.cgroup_parent '%s' must not contain '..'".formatted(shortened(parent)));
  }

  private static void absolutePath(String field, String path) {
    require(!path.isEmpty(), field + " is empty; give an absolute path");
    require(
        path(field, path).isAbsolute(),
        "%s '%s' is not an absolute path".formatted(field, shortened(path)));
  }

  private static Path path(String field, String path) {
    require(
        path.length() <= TEXT_LIMIT,
        "%s has %d characters, the limit is %d".formatted(field, path.length(), TEXT_LIMIT));
    try {
      return Path.of(path);
    } catch (InvalidPathException e) {
      throw CriException.invalidArgument(
          "%s '%s' is not a path: %s".formatted(field, shortened(path), e.getReason()));
    }
  }

  private static void labels(String field, Map<String, String> labels) {
    require(
        labels.size() <= LIST_LIMIT,
        "%s has %d entries, the limit is %d".formatted(field, labels.size(), LIST_LIMIT));
    require(!labels.containsKey(""), field + " has an entry with an empty key");
  }

  private static void name(String field, String name) {
    require(!name.isEmpty(), field + " is empty");
    require(
        NAME.matcher(name).matches(),
        "%s '%s' may hold letters, digits, '_', '.' and '-', up to 253 characters"
            .formatted(field, shortened(name)));
  }

  private static boolean holdsNul(ByteString bytes) {
    for (int i = 0; i < bytes.size(); i++) {
      if (bytes.byteAt(i) == 0) {
        return true;
      }
    }
    return false;
  }

  private static void noNul(String field, String word) {
    require(word.indexOf('\0') < 0, field + " holds a NUL character");
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw CriException.invalidArgument(message);
    }
  }

  private static String shortened(String text) {
    String printable = text.replaceAll("\\p{Cntrl}", "?");
    return printable.length() <= 80 ? printable : printable.substring(0, 77) + "...";
  }
}
