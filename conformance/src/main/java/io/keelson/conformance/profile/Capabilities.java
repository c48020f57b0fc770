package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.image.TestImage;
import io.keelson.runtime.v1.Int64Value;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What of root's power containers have. */
@ExtendWith(GivesRuntime.class)
public final class Capabilities {
  private static final long CHOWN = 1L;
  private static final long NET_BIND_SERVICE = 1L << 10;
  private static final long NET_ADMIN = 1L << 12;
  private static final long SYS_ADMIN = 1L << 21;
  private static final long SYS_TIME = 1L << 25;

  /** Called by JUnit. */
  Capabilities() {}

  @Test
  @Specification(
      document = "CRI api.proto, message Capability",
      says = "add_capabilities are added to what containers have by default")
  @Covers({"LinuxContainerSecurityContext.capabilities", "Capability.add_capabilities"})
  void anAddedCapabilityIsInForce(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    var usual = pod.startWaiting();
    assertEquals("EPERM", usual.attempt("hostname", "other"), "sethostname without SYS_ADMIN");
    var config = pod.containerConfig("added", "pause");
    config
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .getCapabilitiesBuilder()
        .addAddCapabilities("NET_ADMIN")
        .addAddCapabilities("SYS_ADMIN");
    var program = pod.create(config.build()).start().program();
    long before = usual.program().capabilities("CapEff");
    assertEquals(
        0, before & (NET_ADMIN | SYS_ADMIN), "NET_ADMIN and SYS_ADMIN of an ordinary container");
    assertEquals(
        Long.toHexString(before | NET_ADMIN | SYS_ADMIN),
        Long.toHexString(program.capabilities("CapEff")),
        "effective capabilities: the usual ones, NET_ADMIN and SYS_ADMIN");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message Capability",
      says = "drop_capabilities are taken from what containers have by default")
  @Covers({"LinuxContainerSecurityContext.capabilities", "Capability.drop_capabilities"})
  void aDroppedCapabilityIsGone(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    assertEquals("ok", pod.startWaiting().attempt("chown", "/data/file"), "chown by root");
    var config = pod.containerConfig("dropped", "pause");
    config
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .getCapabilitiesBuilder()
        .addDropCapabilities("CHOWN");
    var container = pod.create(config.build()).start();
    assertEquals("EPERM", container.attempt("chown", "/data/file"), "chown without CHOWN");
    for (String set : List.of("CapEff", "CapPrm", "CapBnd")) {
      assertEquals(0, container.program().capabilities(set) & CHOWN, "CHOWN in " + set);
    }
  }

  @Test
  @Specification(
      document = "CRI api.proto, message Capability",
      says = "ALL stands for every capability; what is added wins over ALL that is dropped")
  @Covers({"Capability.add_capabilities", "Capability.drop_capabilities"})
  void ofAllDroppedOnlyTheAddedOnesAreLeft(RuntimeUnderTest node) {
    var program =
        node.runPod()
            .startWaiting(security ->
                security
                    .getCapabilitiesBuilder()
                    .addDropCapabilities("ALL")
                    .addAddCapabilities("NET_BIND_SERVICE"))
            .program();
    for (String set : List.of("CapEff", "CapPrm", "CapBnd")) {
      assertEquals(
          Long.toHexString(NET_BIND_SERVICE),
          Long.toHexString(program.capabilities(set)),
          set + ": NET_BIND_SERVICE and nothing else");
    }
  }

  @Test
  @Specification(
      document = "CRI api.proto, message Capability",
      says = "ALL stands for every capability")
  @Covers({"Capability.drop_capabilities"})
  void allCanBeDropped(RuntimeUnderTest node) {
    var container =
        node.runPod()
            .startWaiting(security -> security.getCapabilitiesBuilder().addDropCapabilities("ALL"));
    for (String set : List.of("CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb")) {
      assertEquals(0, container.program().capabilities(set), set);
    }
    assertEquals("EPERM", container.attempt("chown", "/data/file"), "chown without capabilities");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message Capability",
      says = "ALL stands for every capability; what is dropped is missing from ALL that is added")
  @Covers({"Capability.add_capabilities", "Capability.drop_capabilities"})
  void ofAllAddedTheDroppedOnesAreMissing(RuntimeUnderTest node) {
    long effective =
        node.runPod()
            .startWaiting(security ->
                security
                    .getCapabilitiesBuilder()
                    .addAddCapabilities("ALL")
                    .addDropCapabilities("CHOWN"))
            .program()
            .capabilities("CapEff");
    long expected = NET_ADMIN | SYS_ADMIN | SYS_TIME | NET_BIND_SERVICE;
    assertEquals(
        expected, effective & expected, "NET_ADMIN, SYS_ADMIN, SYS_TIME, NET_BIND_SERVICE of ALL");
    assertEquals(0, effective & CHOWN, "CHOWN, which was dropped");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message Capability",
      says = "add_ambient_capabilities are there for a program that does not run as root")
  @Covers({"Capability.add_ambient_capabilities"})
  void anAmbientCapabilityHoldsForAnOrdinaryUser(RuntimeUnderTest node) {
    var program =
        node.runPod()
            .startWaiting(security ->
                security
                    .setRunAsUser(Int64Value.newBuilder().setValue(TestImage.USER_ID))
                    .getCapabilitiesBuilder()
                    .addAddCapabilities("NET_BIND_SERVICE")
                    .addAddAmbientCapabilities("NET_BIND_SERVICE"))
            .program();
    for (String set : List.of("CapAmb", "CapEff")) {
      assertEquals(
          NET_BIND_SERVICE,
          program.capabilities(set) & NET_BIND_SERVICE,
          "NET_BIND_SERVICE in " + set + " of an ordinary user's program");
    }
  }
}
