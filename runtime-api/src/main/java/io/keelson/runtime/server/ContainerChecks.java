package io.keelson.runtime.server;

import com.google.protobuf.ByteString;
import io.keelson.runtime.streaming.StreamSelection;
import io.keelson.runtime.v1.AttachRequest;
import io.keelson.runtime.v1.CDIDevice;
import io.keelson.runtime.v1.CheckpointContainerRequest;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerStatsRequest;
import io.keelson.runtime.v1.ContainerStatusRequest;
import io.keelson.runtime.v1.CreateContainerRequest;
import io.keelson.runtime.v1.Device;
import io.keelson.runtime.v1.ExecRequest;
import io.keelson.runtime.v1.ExecSyncRequest;
import io.keelson.runtime.v1.KeyValue;
import io.keelson.runtime.v1.Mount;
import io.keelson.runtime.v1.MountPropagation;
import io.keelson.runtime.v1.RemoveContainerRequest;
import io.keelson.runtime.v1.ReopenContainerLogRequest;
import io.keelson.runtime.v1.StartContainerRequest;
import io.keelson.runtime.v1.StopContainerRequest;
import io.keelson.runtime.v1.UpdateContainerResourcesRequest;
import java.util.List;
import java.util.regex.Pattern;

/** What requests about containers must look like whatever the backend. */
final class ContainerChecks {
  private static final String ID = "container_id";
  private static final Pattern PERMISSIONS = Pattern.compile("[rwm]{0,3}");
  private static final Pattern CDI_NAME =
      Pattern.compile("[a-zA-Z][a-zA-Z0-9_.-]*/[a-zA-Z][a-zA-Z0-9_-]*=[a-zA-Z0-9_.:-]+");

  private ContainerChecks() {}

  static void create(CreateContainerRequest request) {
    Fields.id("pod_sandbox_id", request.getPodSandboxId());
    Fields.require(request.hasConfig(), "config is missing");
    config("config", request.getConfig());
    if (request.hasSandboxConfig()) {
      PodSandboxChecks.config("sandbox_config", request.getSandboxConfig());
    }
  }

  static void start(StartContainerRequest request) {
    Fields.id(ID, request.getContainerId());
  }

  static void stop(StopContainerRequest request) {
    Fields.id(ID, request.getContainerId());
    Fields.seconds("timeout", request.getTimeout());
  }

  static void remove(RemoveContainerRequest request) {
    Fields.id(ID, request.getContainerId());
  }

  static void status(ContainerStatusRequest request) {
    Fields.id(ID, request.getContainerId());
  }

  static void stats(ContainerStatsRequest request) {
    Fields.id(ID, request.getContainerId());
  }

  static void reopenLog(ReopenContainerLogRequest request) {
    Fields.id(ID, request.getContainerId());
  }

  static void checkpoint(CheckpointContainerRequest request) {
    Fields.id(ID, request.getContainerId());
    Fields.absolutePath("location", request.getLocation());
    Fields.seconds("timeout", request.getTimeout());
  }

  static void updateResources(UpdateContainerResourcesRequest request) {
    Fields.id(ID, request.getContainerId());
    ResourceChecks.limits("linux", request.getLinux());
    Fields.require(!request.hasWindows(), "windows is given, but this is a Linux node");
    Fields.labels("annotations", request.getAnnotationsMap());
  }

  static void execSync(ExecSyncRequest request) {
    Fields.id(ID, request.getContainerId());
    command(request.getCmdList());
    Fields.seconds("timeout", request.getTimeout());
  }

  static void exec(ExecRequest request) {
    Fields.id(ID, request.getContainerId());
    command(request.getCmdList());
    streams(StreamSelection.of(request));
  }

  static void attach(AttachRequest request) {
    Fields.id(ID, request.getContainerId());
    streams(StreamSelection.of(request));
  }

  private static void command(List<String> words) {
    Fields.require(!words.isEmpty(), "cmd is empty; give a program and its arguments");
    Fields.require(!words.getFirst().isEmpty(), "cmd[0] is empty; give a program");
    Fields.words("cmd", words);
  }

  private static void streams(StreamSelection streams) {
    Fields.require(
        !(streams.tty() && streams.stderr()),
        "tty and stderr are both set, but a terminal has no stderr of its own; unset one");
    Fields.require(
        streams.stdin() || streams.stdout() || streams.stderr(),
        "none of stdin, stdout and stderr is set; set at least one");
  }

  static void config(String field, ContainerConfig config) {
    Fields.require(config.hasMetadata(), "%s.metadata is missing; a container needs a name", field);
    Fields.name(field + ".metadata.name", config.getMetadata().getName());
    ImageChecks.spec(field + ".image", config.getImage());
    Fields.words(field + ".command", config.getCommandList());
    Fields.words(field + ".args", config.getArgsList());
    Fields.absolutePathOrEmpty(field + ".working_dir", config.getWorkingDir());
    environment(field + ".envs", config.getEnvsList());
    mounts(field + ".mounts", config.getMountsList());
    devices(field + ".devices", config.getDevicesList());
    for (CDIDevice device : config.getCDIDevicesList()) {
      Fields.matches(
          field + ".CDI_devices", CDI_NAME, device.getName(), "a name like vendor.com/class=name");
    }
    Fields.labels(field + ".labels", config.getLabelsMap());
    Fields.labels(field + ".annotations", config.getAnnotationsMap());
    if (!config.getLogPath().isEmpty()) {
      Fields.pathBelow(field + ".log_path", config.getLogPath(), "the pod's log_directory");
    }
    Fields.knownEnums(field, config);
    ResourceChecks.limits(field + ".linux.resources", config.getLinux().getResources());
    SecurityChecks.container(
        field + ".linux.security_context", config.getLinux().getSecurityContext());
    Fields.require(!config.hasWindows(), "%s.windows is given, but this is a Linux node", field);
  }

  private static void environment(String list, List<KeyValue> environment) {
    Fields.count(list, environment);
    int index = 0;
    for (KeyValue variable : environment) {
      String field = list + "[" + index++ + "]";
      String key = variable.getKey();
      Fields.require(
          !key.isEmpty() && key.indexOf('=') < 0 && key.indexOf('\0') < 0,
          "%s.key '%s' is not a variable name",
          field,
          Fields.shown(key));
      Fields.require(!holdsNul(variable.getValue()), "%s.value of %s holds a NUL byte", field, key);
    }
  }

  private static boolean holdsNul(ByteString bytes) {
    for (int i = 0; i < bytes.size(); i++) {
      if (bytes.byteAt(i) == 0) {
        return true;
      }
    }
    return false;
  }

  private static void mounts(String list, List<Mount> mounts) {
    Fields.count(list, mounts);
    int index = 0;
    for (Mount mount : mounts) {
      String field = list + "[" + index++ + "]";
      Fields.knownEnums(field, mount);
      Fields.absolutePath(field + ".container_path", mount.getContainerPath());
      if (mount.hasImage()) {
        ImageChecks.spec(field + ".image", mount.getImage());
        Fields.require(
            mount.getHostPath().isEmpty(), "%s has host_path and image; give one of them", field);
      } else {
        Fields.absolutePath(field + ".host_path", mount.getHostPath());
      }
      if (!mount.getImageSubPath().isEmpty()) {
        Fields.require(mount.hasImage(), "%s.image_sub_path needs image beside it", field);
        Fields.pathBelow(field + ".image_sub_path", mount.getImageSubPath(), "the image's root");
      }
      if (mount.getRecursiveReadOnly()) {
        Fields.require(
            mount.getReadonly() && mount.getPropagation() == MountPropagation.PROPAGATION_PRIVATE,
            "%s.recursive_read_only needs readonly and PROPAGATION_PRIVATE",
            field);
      }
    }
  }

  private static void devices(String list, List<Device> devices) {
    Fields.count(list, devices);
    int index = 0;
    for (Device device : devices) {
      String field = list + "[" + index++ + "]";
      Fields.absolutePath(field + ".host_path", device.getHostPath());
      Fields.absolutePath(field + ".container_path", device.getContainerPath());
      Fields.matches(
          field + ".permissions", PERMISSIONS, device.getPermissions(), "made of r, w and m");
    }
  }
}
