package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.runtime.v1.CgroupDriver;
import io.keelson.runtime.v1.NetworkConfig;
import io.keelson.runtime.v1.RuntimeCondition;
import io.keelson.runtime.v1.RuntimeConfig;
import io.keelson.runtime.v1.RuntimeConfigRequest;
import io.keelson.runtime.v1.RuntimeHandler;
import io.keelson.runtime.v1.StatusRequest;
import io.keelson.runtime.v1.UpdateRuntimeConfigRequest;
import io.keelson.runtime.v1.VersionRequest;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a runtime says about itself. */
@ExtendWith(GivesRuntime.class)
public final class VersionAndStatus {
  /** Called by JUnit. */
  VersionAndStatus() {}

  @Test
  @Specification(
      document = "CRI api.proto, message VersionResponse",
      says = "runtime_api_version is the version of the CRI API; kubelet accepts v1")
  @Covers({
    "VersionRequest.version",
    "VersionResponse.version",
    "VersionResponse.runtime_name",
    "VersionResponse.runtime_version",
    "VersionResponse.runtime_api_version"
  })
  void theVersionNamesTheRuntimeAndTheApi(RuntimeUnderTest node) {
    var version = node.runtime().version(VersionRequest.newBuilder().setVersion("0.1.0").build());
    assertEquals("0.1.0", version.getVersion(), "version of the kubelet runtime API");
    assertEquals("v1", version.getRuntimeApiVersion(), "runtime_api_version");
    assertFalse(version.getRuntimeName().isEmpty(), "runtime_name is empty");
    assertFalse(version.getRuntimeVersion().isEmpty(), "runtime_version is empty");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message RuntimeStatus",
      says = "RuntimeReady and NetworkReady are required conditions")
  @Covers({
    "StatusResponse.status",
    "RuntimeStatus.conditions",
    "RuntimeCondition.type",
    "RuntimeCondition.status"
  })
  void theStatusHasBothRequiredConditionsAndTheyHold(RuntimeUnderTest node) {
    var conditions =
        node.runtime().status(StatusRequest.getDefaultInstance()).getStatus().getConditionsList();
    for (String type : new String[] {"RuntimeReady", "NetworkReady"}) {
      assertTrue(
          conditions.stream()
              .filter(condition -> condition.getType().equals(type))
              .anyMatch(RuntimeCondition::getStatus),
          "condition " + type + " is true, among " + conditions);
    }
  }

  @Test
  @Specification(
      document = "CRI api.proto, message StatusRequest",
      says = "info comes with verbose only")
  @Covers({"StatusRequest.verbose", "StatusResponse.info"})
  void withoutVerboseTheStatusCarriesNoInfo(RuntimeUnderTest node) {
    var status = node.runtime().status(StatusRequest.getDefaultInstance());
    assertTrue(status.getInfoMap().isEmpty(), "info of a status that is not verbose");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message StatusResponse",
      says = "runtime_handlers are those that pods can be run with, each with its features")
  @Covers({"StatusResponse.runtime_handlers", "RuntimeHandler.name"})
  void theHandlersAreListedOnceEach(RuntimeUnderTest node) {
    var handlers =
        node.runtime().status(StatusRequest.getDefaultInstance()).getRuntimeHandlersList().stream()
            .map(RuntimeHandler::getName)
            .toList();
    assumeFalse(handlers.isEmpty(), "the runtime does not list its handlers");
    assertEquals(Set.copyOf(handlers).size(), handlers.size(), "each handler once in " + handlers);
    assertTrue(
        node.runtimeHandler().isEmpty() || handlers.contains(node.runtimeHandler()),
        "runtime_handlers lack '" + node.runtimeHandler() + "', they are " + handlers);
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc RuntimeConfig",
      says = "a runtime on Linux tells the cgroup driver that the kubelet then uses")
  @Covers({"RuntimeConfigResponse.linux", "LinuxRuntimeConfiguration.cgroup_driver"})
  void theRuntimeTellsItsCgroupDriver(RuntimeUnderTest node) {
    var config =
        node.ifServed(
            "RuntimeConfig",
            () -> node.runtime().runtimeConfig(RuntimeConfigRequest.getDefaultInstance()));
    assertTrue(config.hasLinux(), "linux is missing");
    assertNotEquals(
        CgroupDriver.UNRECOGNIZED, config.getLinux().getCgroupDriver(), "cgroup_driver");
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc UpdateRuntimeConfig",
      says = "the kubelet tells what it knows of the node; where it knows nothing, nothing changes")
  @Covers({"UpdateRuntimeConfigRequest.runtime_config"})
  void anUpdateThatSaysNothingIsTaken(RuntimeUnderTest node) {
    var nothing =
        UpdateRuntimeConfigRequest.newBuilder()
            .setRuntimeConfig(
                RuntimeConfig.newBuilder().setNetworkConfig(NetworkConfig.getDefaultInstance()))
            .build();
    assertDoesNotThrow(() -> node.runtime().updateRuntimeConfig(nothing), "UpdateRuntimeConfig");
  }
}
