package io.keelson.node.agent.manifest;

import io.fabric8.kubernetes.api.model.AppArmorProfile;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.HTTPHeader;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SeccompProfile;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a container of a Pod must look like. */
final class ContainerValidation {
  private final Problems problems;
  private final PodSpec spec;
  private final Set<String> volumes;
  private final Set<Object> names = new HashSet<>();
  private final Set<Object> hostPorts = new HashSet<>();

  ContainerValidation(Problems problems, PodSpec spec, Set<String> volumes) {
    this.problems = problems;
    this.spec = spec;
    this.volumes = volumes;
  }

  void check(String path, Container container, boolean init) {
    problems.dnsLabel(path + ".name", container.getName());
    problems.unique(path + ".name", String.valueOf(container.getName()), names);
    if (problems.present(path + ".image", container.getImage())
        && !container.getImage().chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      problems.add(path + ".image", "'%s' is not an image name".formatted(container.getImage()));
    }
    problems.oneOf(
        path + ".imagePullPolicy",
        container.getImagePullPolicy(),
        "Always",
        "IfNotPresent",
        "Never");
    problems.oneOf(
        path + ".terminationMessagePolicy",
        container.getTerminationMessagePolicy(),
        "File",
        "FallbackToLogsOnError");
    problems.absolutePath(path + ".workingDir", container.getWorkingDir());
    problems.absolutePath(path + ".terminationMessagePath", container.getTerminationMessagePath());
    checkRole(path, container, init);
    checkPorts(path, container);
    checkEnvironment(path, container);
    checkResources(path, container);
    checkMounts(path, container);
    checkSecurity(path + ".securityContext", container.getSecurityContext());
  }

  private void checkRole(String path, Container container, boolean init) {
    boolean sidecar = init && "Always".equals(container.getRestartPolicy());
    if (init) {
      problems.oneOf(path + ".restartPolicy", container.getRestartPolicy(), "Always");
    } else if (container.getRestartPolicy() != null) {
      problems.add(
          path + ".restartPolicy",
          "is for init containers only; spec.restartPolicy holds for all others");
    }
    if (init && !sidecar) {
      boolean lives =
          container.getStartupProbe() != null
              || container.getReadinessProbe() != null
              || container.getLivenessProbe() != null
              || container.getLifecycle() != null;
      if (lives) {
        problems.add(
            path, "probes and lifecycle are for init containers with restartPolicy: Always only");
      }
      return;
    }
    checkProbe(path + ".startupProbe", container, container.getStartupProbe(), true);
    checkProbe(path + ".livenessProbe", container, container.getLivenessProbe(), true);
    checkProbe(path + ".readinessProbe", container, container.getReadinessProbe(), false);
    if (container.getLifecycle() != null) {
      checkHook(path + ".lifecycle.postStart", container, container.getLifecycle().getPostStart());
      checkHook(path + ".lifecycle.preStop", container, container.getLifecycle().getPreStop());
      String signal = container.getLifecycle().getStopSignal();
      if (signal != null && StopSignals.find(signal).isEmpty()) {
        problems.add(
            path + ".lifecycle.stopSignal", "'" + signal + "' is no signal, such as SIGTERM");
      }
    }
  }

  private void checkPorts(String path, Container container) {
    Set<Object> portNames = new HashSet<>();
    int index = 0;
    for (ContainerPort port : container.getPorts()) {
      String portPath = path + ".ports[" + index++ + "]";
      if (problems.present(portPath + ".containerPort", port.getContainerPort())) {
        problems.within(portPath + ".containerPort", port.getContainerPort(), 1, 65535);
      }
      problems.within(portPath + ".hostPort", port.getHostPort(), 1, 65535);
      problems.oneOf(portPath + ".protocol", port.getProtocol(), "TCP", "UDP", "SCTP");
      if (port.getName() != null) {
        problems.dnsLabel(portPath + ".name", port.getName());
        problems.unique(portPath + ".name", port.getName(), portNames);
      }
      if (port.getHostPort() != null) {
        problems.unique(
            portPath + ".hostPort",
            port.getHostPort() + "/" + Objects.requireNonNullElse(port.getProtocol(), "TCP"),
            hostPorts);
        if (Boolean.TRUE.equals(spec.getHostNetwork())
            && !port.getHostPort().equals(port.getContainerPort())) {
          problems.add(portPath + ".hostPort", "must be the containerPort with hostNetwork");
        }
      }
    }
  }

  private void checkEnvironment(String path, Container container) {
    int index = 0;
    for (EnvVar variable : container.getEnv()) {
      String envPath = path + ".env[" + index++ + "]";
      if (problems.present(envPath + ".name", variable.getName())
          && (variable.getName().indexOf('=') >= 0 || variable.getName().indexOf('\0') >= 0)) {
        problems.add(envPath + ".name", "must not have a '='");
      }
      if (variable.getValue() != null
          && !variable.getValue().isEmpty()
          && variable.getValueFrom() != null) {
        problems.add(envPath + ".valueFrom", "cannot be there together with value");
      }
      if (variable.getValueFrom() != null) {
        long kinds =
            Stream.of(
                    variable.getValueFrom().getFieldRef(),
                    variable.getValueFrom().getResourceFieldRef(),
                    variable.getValueFrom().getConfigMapKeyRef())
                .filter(Objects::nonNull)
                .count();
        if (kinds != 1) {
          problems.add(
              envPath + ".valueFrom",
              "must have one of fieldRef, resourceFieldRef and configMapKeyRef");
        }
      }
    }
    index = 0;
    for (EnvFromSource from : container.getEnvFrom()) {
      String fromPath = path + ".envFrom[" + index++ + "]";
      if (problems.present(fromPath + ".configMapRef", from.getConfigMapRef())) {
        problems.present(fromPath + ".configMapRef.name", from.getConfigMapRef().getName());
      }
    }
  }

  private void checkResources(String path, Container container) {
    if (container.getResources() == null) {
      return;
    }
    checkQuantities(path + ".resources.limits", container.getResources().getLimits());
    checkQuantities(path + ".resources.requests", container.getResources().getRequests());
    Map<String, Quantity> limits = container.getResources().getLimits();
    Map<String, Quantity> requests = container.getResources().getRequests();
    if (limits != null && requests != null) {
      limits.forEach((name, limit) -> {
        Quantity request = requests.get(name);
        if (request != null
            && isNumber(request)
            && isNumber(limit)
            && request.compareTo(limit) > 0) {
          problems.add(
              path + ".resources.requests." + name, "must not be more than the limit " + limit);
        }
      });
    }
  }

  private void checkQuantities(String path, @Nullable Map<String, Quantity> quantities) {
    if (quantities == null) {
      return;
    }
    quantities.forEach((name, quantity) -> {
      problems.oneOf(path + "." + name, name, "cpu", "memory");
      if (!isNumber(quantity) || quantity.getNumericalAmount().signum() < 0) {
        problems.add(path + "." + name, "'%s' is not a quantity".formatted(quantity));
      }
    });
  }

  private static boolean isNumber(Quantity quantity) {
    try {
      return quantity.getNumericalAmount() != null;
    } catch (IllegalArgumentException | ArithmeticException e) {
      return false;
    }
  }

  private void checkMounts(String path, Container container) {
    Set<Object> targets = new HashSet<>();
    int index = 0;
    for (VolumeMount mount : container.getVolumeMounts()) {
      String mountPath = path + ".volumeMounts[" + index++ + "]";
      if (!volumes.contains(String.valueOf(mount.getName()))) {
        String hint =
            NearestName.of(String.valueOf(mount.getName()), volumes)
                .map(name -> "; did you mean '" + name + "'?")
                .orElse("; add it to spec.volumes");
        problems.add(
            mountPath + ".name", "there is no volume '%s'%s".formatted(mount.getName(), hint));
      }
      if (problems.present(mountPath + ".mountPath", mount.getMountPath())) {
        problems.absolutePath(mountPath + ".mountPath", mount.getMountPath());
        problems.unique(mountPath + ".mountPath", mount.getMountPath(), targets);
      }
      for (String subPath :
          Stream.of(mount.getSubPath(), mount.getSubPathExpr()).filter(Objects::nonNull).toList()) {
        if (subPath.startsWith("/") || List.of(subPath.split("/")).contains("..")) {
          problems.add(mountPath + ".subPath", "must be relative and have no '..' part");
        }
      }
      if (mount.getSubPath() != null && mount.getSubPathExpr() != null) {
        problems.add(mountPath + ".subPathExpr", "cannot be there together with subPath");
      }
      problems.oneOf(
          mountPath + ".mountPropagation",
          mount.getMountPropagation(),
          "None",
          "HostToContainer",
          "Bidirectional");
      if ("Bidirectional".equals(mount.getMountPropagation())
          && (container.getSecurityContext() == null
              || !Boolean.TRUE.equals(container.getSecurityContext().getPrivileged()))) {
        problems.add(mountPath + ".mountPropagation", "Bidirectional needs a privileged container");
      }
    }
  }

  private void checkSecurity(String path, @Nullable SecurityContext context) {
    if (context == null) {
      return;
    }
    problems.within(path + ".runAsUser", context.getRunAsUser(), 0, Integer.MAX_VALUE);
    problems.within(path + ".runAsGroup", context.getRunAsGroup(), 0, Integer.MAX_VALUE);
    problems.oneOf(path + ".procMount", context.getProcMount(), "Default", "Unmasked");
    checkProfiles(problems, path, context.getSeccompProfile(), context.getAppArmorProfile());
  }

  static void checkProfiles(
      Problems problems,
      String path,
      @Nullable SeccompProfile seccomp,
      @Nullable AppArmorProfile appArmor) {
    if (seccomp != null) {
      checkProfile(
          problems, path + ".seccompProfile", seccomp.getType(), seccomp.getLocalhostProfile());
    }
    if (appArmor != null) {
      checkProfile(
          problems, path + ".appArmorProfile", appArmor.getType(), appArmor.getLocalhostProfile());
    }
  }

  private static void checkProfile(
      Problems problems, String path, @Nullable String type, @Nullable String localhostProfile) {
    if (problems.present(path + ".type", type)) {
      problems.oneOf(path + ".type", type, "RuntimeDefault", "Unconfined", "Localhost");
    }
    if ("Localhost".equals(type) != (localhostProfile != null)) {
      problems.add(path + ".localhostProfile", "goes with the type Localhost, and only with it");
    }
    if (localhostProfile != null
        && (localhostProfile.startsWith("/")
            || List.of(localhostProfile.split("/")).contains(".."))) {
      problems.add(path + ".localhostProfile", "must be relative and have no '..' part");
    }
  }

  private void checkProbe(
      String path, Container container, @Nullable Probe probe, boolean succeedsOnce) {
    if (probe == null) {
      return;
    }
    problems.within(path + ".initialDelaySeconds", probe.getInitialDelaySeconds(), 0, 86400);
    problems.within(path + ".timeoutSeconds", probe.getTimeoutSeconds(), 0, 3600);
    problems.within(path + ".periodSeconds", probe.getPeriodSeconds(), 0, 86400);
    problems.within(path + ".failureThreshold", probe.getFailureThreshold(), 0, 100_000);
    problems.within(
        path + ".successThreshold", probe.getSuccessThreshold(), 0, succeedsOnce ? 1 : 100_000);
    checkOne(path, probe.getExec(), probe.getHttpGet(), probe.getTcpSocket(), probe.getGrpc());
    if (probe.getExec() != null) {
      problems.present(path + ".exec.command", probe.getExec().getCommand());
    }
    if (probe.getHttpGet() != null) {
      checkHttpGet(path + ".httpGet", container, probe.getHttpGet());
    }
    if (probe.getTcpSocket() != null) {
      checkPort(path + ".tcpSocket.port", container, probe.getTcpSocket().getPort());
    }
    if (probe.getGrpc() != null
        && problems.present(path + ".grpc.port", probe.getGrpc().getPort())) {
      problems.within(path + ".grpc.port", probe.getGrpc().getPort(), 1, 65535);
    }
  }

  private void checkHook(String path, Container container, @Nullable LifecycleHandler hook) {
    if (hook == null) {
      return;
    }
    checkOne(path, hook.getExec(), hook.getHttpGet(), hook.getSleep());
    if (hook.getExec() != null) {
      problems.present(path + ".exec.command", hook.getExec().getCommand());
    }
    if (hook.getHttpGet() != null) {
      checkHttpGet(path + ".httpGet", container, hook.getHttpGet());
    }
    if (hook.getSleep() != null) {
      problems.within(path + ".sleep.seconds", hook.getSleep().getSeconds(), 0, 86400);
    }
  }

  private void checkOne(String path, @Nullable Object... handlers) {
    if (Stream.of(handlers).filter(Objects::nonNull).count() != 1) {
      problems.add(path, "must have exactly one action");
    }
  }

  private void checkHttpGet(String path, Container container, HTTPGetAction action) {
    checkPort(path + ".port", container, action.getPort());
    problems.oneOf(path + ".scheme", action.getScheme(), "HTTP", "HTTPS");
    int index = 0;
    for (HTTPHeader header : action.getHttpHeaders()) {
      String headerPath = path + ".httpHeaders[" + index++ + "]";
      if (!String.valueOf(header.getName()).matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
        problems.add(headerPath + ".name", "is not the name of an HTTP header");
      }
      if (header.getValue() != null && header.getValue().chars().anyMatch(c -> c < ' ')) {
        problems.add(headerPath + ".value", "must not have control characters");
      }
    }
    if (action.getPath() != null && action.getPath().chars().anyMatch(c -> c <= ' ')) {
      problems.add(path + ".path", "must not have spaces or control characters");
    }
  }

  private void checkPort(String path, Container container, @Nullable IntOrString port) {
    if (!problems.present(path, port) || port == null) {
      return;
    }
    if (port.getIntVal() != null) {
      problems.within(path, port.getIntVal(), 1, 65535);
    } else if (container.getPorts().stream()
        .noneMatch(named -> port.getStrVal().equals(named.getName()))) {
      problems.add(path, "the container has no port named '%s'".formatted(port.getStrVal()));
    }
  }
}
