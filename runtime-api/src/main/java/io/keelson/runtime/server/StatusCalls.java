package io.keelson.runtime.server;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.transport.EventLoops;
import io.keelson.runtime.v1.LinuxRuntimeConfiguration;
import io.keelson.runtime.v1.RuntimeCondition;
import io.keelson.runtime.v1.RuntimeConfigResponse;
import io.keelson.runtime.v1.RuntimeHandler;
import io.keelson.runtime.v1.RuntimeStatus;
import io.keelson.runtime.v1.StatusRequest;
import io.keelson.runtime.v1.StatusResponse;
import io.keelson.runtime.v1.UpdateRuntimeConfigRequest;
import io.keelson.runtime.v1.UpdateRuntimeConfigResponse;
import io.keelson.runtime.v1.VersionResponse;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the daemon says about itself. */
final class StatusCalls {
  private static final Logger log = LoggerFactory.getLogger(StatusCalls.class);

  /** The version of the node agent's runtime API that every CRI v1 runtime reports. */
  private static final String KUBELET_API_VERSION = "0.1.0";

  private static final String CRI_VERSION = "v1";
  private static final String RUNTIME_READY = "RuntimeReady";

  private final BackendRouter router;
  private final Supplier<List<Endpoint>> endpoints;

  StatusCalls(BackendRouter router, Supplier<List<Endpoint>> endpoints) {
    this.router = router;
    this.endpoints = endpoints;
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
    RuntimeBackend defaultBackend = router.defaultBackend();
    RuntimeStatus.Builder status = RuntimeStatus.newBuilder();
    StatusResponse.Builder response =
        StatusResponse.newBuilder().setFeatures(defaultBackend.features());
    for (RuntimeBackend backend : router.backends()) {
      for (RuntimeCondition condition : conditions(backend)) {
        if (backend.equals(defaultBackend)) {
          status.addConditions(condition);
        } else if (!condition.getStatus()) {
          status.addConditions(
              condition.toBuilder().setType(condition.getType() + "/" + backend.name()));
        }
      }
      response.addAllRuntimeHandlers(backend.runtimeHandlers());
    }
    // An empty handler name stands for the default handler, as containerd and CRI-O list it.
    response.addRuntimeHandlers(
        defaultBackend.runtimeHandlers().getFirst().toBuilder().setName(""));
    if (request.getVerbose()) {
      response.putInfo("config", configuration());
    }
    return response.setStatus(status).build();
  }

  private static List<RuntimeCondition> conditions(RuntimeBackend backend)
      throws InterruptedException {
    try {
      return backend.conditions();
    } catch (CriException e) {
      return List.of(
          RuntimeCondition.newBuilder()
              .setType(RUNTIME_READY)
              .setReason("BackendFailed")
              .setMessage(backend.name() + " does not tell its state: " + e.getMessage())
              .build());
    }
  }

  private String configuration() {
    Struct.Builder root = Struct.newBuilder();
    ListValue.Builder backends = ListValue.newBuilder();
    for (RuntimeBackend backend : router.backends()) {
      backends.addValues(
          Value.newBuilder()
              .setStructValue(
                  Struct.newBuilder()
                      .putFields("name", text(backend.name()))
                      .putFields("version", text(backend.version()))
                      .putFields("cgroupDriver", text(backend.cgroupDriver().name()))
                      .putFields(
                          "runtimeHandlers",
                          texts(
                              backend.runtimeHandlers().stream()
                                  .map(RuntimeHandler::getName)
                                  .toList()))));
    }
    root.putFields("backends", Value.newBuilder().setListValue(backends).build());
    root.putFields("endpoints", texts(endpoints.get().stream().map(Endpoint::toString).toList()));
    root.putFields(
        "messageLimitBytes", Value.newBuilder().setNumberValue(EventLoops.MESSAGE_LIMIT).build());
    try {
      return JsonFormat.printer().omittingInsignificantWhitespace().print(root);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a plain struct has a JSON form", e);
    }
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  private static Value texts(List<String> texts) {
    ListValue.Builder list = ListValue.newBuilder();
    texts.forEach(text -> list.addValues(text(text)));
    return Value.newBuilder().setListValue(list).build();
  }

  RuntimeConfigResponse runtimeConfig() {
    return RuntimeConfigResponse.newBuilder()
        .setLinux(
            LinuxRuntimeConfiguration.newBuilder()
                .setCgroupDriver(router.defaultBackend().cgroupDriver()))
        .build();
  }

  static void checkRuntimeConfig(UpdateRuntimeConfigRequest request) {
    String cidrs = request.getRuntimeConfig().getNetworkConfig().getPodCidr();
    if (cidrs.isEmpty()) {
      return;
    }
    for (String cidr : cidrs.split(",", -1)) {
      int slash = cidr.indexOf('/');
      Fields.require(
          slash > 0 && cidr.substring(slash + 1).matches("\\d{1,3}"),
          "runtime_config.network_config.pod_cidr '%s' is not a list like 10.1.0.0/24,fd00::/64",
          Fields.shown(cidrs));
      Fields.ipAddress("runtime_config.network_config.pod_cidr", cidr.substring(0, slash));
    }
  }

  /**
   * As containerd does without a template for the CNI configuration: a pod CIDR is acknowledged and
   * changes nothing, since whoever writes the CNI configuration decides addresses.
   */
  UpdateRuntimeConfigResponse updateRuntimeConfig(UpdateRuntimeConfigRequest request) {
    String cidr = request.getRuntimeConfig().getNetworkConfig().getPodCidr();
    if (!cidr.isEmpty()) {
      log.info(
          "the node agent announced pod CIDR {}; it is not used, the CNI configuration decides",
          cidr);
    }
    return UpdateRuntimeConfigResponse.getDefaultInstance();
  }
}
