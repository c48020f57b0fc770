package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.runtime.v1.RuntimeCondition;
import io.keelson.runtime.v1.StatusRequest;
import io.keelson.runtime.v1.VersionRequest;
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
}
