package io.keelson.runtime.server;

import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.v1.LinuxRuntimeConfiguration;
import io.keelson.runtime.v1.RuntimeCondition;
import io.keelson.runtime.v1.RuntimeConfigResponse;
import io.keelson.runtime.v1.RuntimeStatus;
import io.keelson.runtime.v1.StatusRequest;
import io.keelson.runtime.v1.StatusResponse;
import io.keelson.runtime.v1.UpdateRuntimeConfigRequest;
import io.keelson.runtime.v1.UpdateRuntimeConfigResponse;
import io.keelson.runtime.v1.VersionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the daemon says about itself. */
final class StatusCalls {
  private static final Logger log = LoggerFactory.getLogger(StatusCalls.class);

  /** The version of the node agent's runtime API that every CRI v1 runtime reports. */
  private static final String KUBELET_API_VERSION = "0.1.0";

  private static final String CRI_VERSION = "v1";

  private final BackendRouter router;

  StatusCalls(BackendRouter router) {
    this.router = router;
  }

  VersionResponse version() {
    RuntimeBackend backend = router.defaultBackend();
    return VersionResponse.newBuilder()
        .setVersion(KUBELET_API_VERSION)
        .setRuntimeName(backend.name())
        .setRuntimeVersion(backend.version())
        .setRuntimeApiVersion(CRI_VERSION)
        .build();
  }

  /**
   * The default backend decides whether the node is ready. A condition of another backend that does
   * not hold is added under its own name, so that pods of the default one still get scheduled.
   */
  StatusResponse status(StatusRequest request) throws InterruptedException {
    RuntimeStatus.Builder status = RuntimeStatus.newBuilder();
    StatusResponse.Builder response = StatusResponse.newBuilder();
    for (RuntimeBackend backend : router.backends()) {
      boolean isDefault = backend.equals(router.defaultBackend());
      for (RuntimeCondition condition : backend.conditions()) {
        if (isDefault) {
          status.addConditions(condition);
        } else if (!condition.getStatus()) {
          status.addConditions(
              condition.toBuilder().setType(condition.getType() + "/" + backend.name()));
        }
      }
      response.addAllRuntimeHandlers(backend.runtimeHandlers());
      if (request.getVerbose()) {
        response.putInfo(
            "backend/" + backend.name(), "{\"version\":\"" + backend.version() + "\"}");
      }
    }
    // An empty handler name stands for the default handler, as containerd and CRI-O list it.
    response.addRuntimeHandlers(
        router.defaultBackend().runtimeHandlers().getFirst().toBuilder().setName(""));
    return response.setStatus(status).setFeatures(router.defaultBackend().features()).build();
  }

  RuntimeConfigResponse runtimeConfig() {
    return RuntimeConfigResponse.newBuilder()
        .setLinux(
            LinuxRuntimeConfiguration.newBuilder()
                .setCgroupDriver(router.defaultBackend().cgroupDriver()))
        .build();
  }

  /** CNI configuration comes from its folder, so a pod CIDR is acknowledged and changes nothing. */
  UpdateRuntimeConfigResponse updateRuntimeConfig(UpdateRuntimeConfigRequest request) {
    String cidr = request.getRuntimeConfig().getNetworkConfig().getPodCidr();
    if (!cidr.isEmpty()) {
      log.info("node agent announced pod CIDR {}; the CNI configuration decides addresses", cidr);
    }
    return UpdateRuntimeConfigResponse.getDefaultInstance();
  }
}
