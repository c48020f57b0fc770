package io.keelson.runtime.fake.fault;

import io.grpc.Status;
import io.keelson.runtime.v1.RuntimeConfigResponse;
import io.keelson.runtime.v1.RuntimeServiceGrpc;
import io.keelson.runtime.v1.StatusResponse;
import io.keelson.runtime.v1.VersionResponse;
import java.util.List;
import java.util.function.Consumer;

/** Faults of what a runtime says about itself. */
final class StatusFaults {
  private StatusFaults() {}

  static List<Fault> all() {
    return List.of(
        version(
            "version-without-runtime-name",
            "does not tell its name",
            VersionResponse.Builder::clearRuntimeName),
        version(
            "version-without-runtime-version",
            "does not tell its own version",
            VersionResponse.Builder::clearRuntimeVersion),
        version(
            "version-of-another-api",
            "claims to speak CRI v1alpha2",
            version -> version.setRuntimeApiVersion("v1alpha2")),
        version(
            "version-without-kubelet-version",
            "does not tell the version of the kubelet runtime API",
            VersionResponse.Builder::clearVersion),
        status(
            "runtime-condition-missing",
            "does not tell whether it is ready",
            status -> removeCondition(status, "RuntimeReady")),
        status(
            "network-condition-missing",
            "does not tell whether the network is ready",
            status -> removeCondition(status, "NetworkReady")),
        status(
            "network-never-ready",
            "says for ever that the network is not ready",
            status ->
                status
                    .getStatusBuilder()
                    .getConditionsBuilderList()
                    .forEach(condition ->
                        condition.setStatus(condition.getType().equals("RuntimeReady")))),
        status(
            "status-info-unasked",
            "gives debugging information to those who did not ask",
            status -> status.putInfo("config", "{}")),
        status(
            "status-without-handlers",
            "lists runtime handlers, but not those that it serves",
            status ->
                status
                    .getRuntimeHandlersBuilderList()
                    .forEach(handler -> handler.setName("not-" + handler.getName()))),
        CallFault.reply(
            "runtime-config-empty",
            "does not tell its cgroup driver",
            RuntimeServiceGrpc.getRuntimeConfigMethod(),
            config -> RuntimeConfigResponse.getDefaultInstance()),
        CallFault.request(
            "runtime-config-update-refused",
            "refuses the pod CIDR of the node",
            RuntimeServiceGrpc.getUpdateRuntimeConfigMethod(),
            request -> {
              throw Status.FAILED_PRECONDITION
                  .withDescription("the pod CIDR cannot be changed")
                  .asRuntimeException();
            }));
  }

  private static Fault version(
      String name, String wrong, Consumer<VersionResponse.Builder> change) {
    return CallFault.reply(
        name,
        wrong,
        RuntimeServiceGrpc.getVersionMethod(),
        reply -> {
          VersionResponse.Builder changed = reply.toBuilder();
          change.accept(changed);
          return changed.build();
        });
  }

  private static Fault status(String name, String wrong, Consumer<StatusResponse.Builder> change) {
    return CallFault.reply(
        name,
        wrong,
        RuntimeServiceGrpc.getStatusMethod(),
        reply -> {
          StatusResponse.Builder changed = reply.toBuilder();
          change.accept(changed);
          return changed.build();
        });
  }

  private static void removeCondition(StatusResponse.Builder status, String type) {
    var conditions = status.getStatusBuilder().getConditionsBuilderList();
    for (int i = conditions.size() - 1; i >= 0; i--) {
      if (conditions.get(i).getType().equals(type)) {
        status.getStatusBuilder().removeConditions(i);
      }
    }
  }
}
