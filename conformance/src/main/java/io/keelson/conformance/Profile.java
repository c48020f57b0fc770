package io.keelson.conformance;

import io.keelson.conformance.profile.BrokenPulls;
import io.keelson.conformance.profile.Capabilities;
import io.keelson.conformance.profile.Checkpoints;
import io.keelson.conformance.profile.ContainerLifeCycle;
import io.keelson.conformance.profile.ContainerLog;
import io.keelson.conformance.profile.ContainerUsage;
import io.keelson.conformance.profile.Credentials;
import io.keelson.conformance.profile.Events;
import io.keelson.conformance.profile.HostMounts;
import io.keelson.conformance.profile.ImageLifeCycle;
import io.keelson.conformance.profile.ImageMounts;
import io.keelson.conformance.profile.ImageNames;
import io.keelson.conformance.profile.ImageRemoval;
import io.keelson.conformance.profile.KernelParametersAndDevices;
import io.keelson.conformance.profile.Latencies;
import io.keelson.conformance.profile.LimitChanges;
import io.keelson.conformance.profile.Limits;
import io.keelson.conformance.profile.Lists;
import io.keelson.conformance.profile.MandatoryAccess;
import io.keelson.conformance.profile.MountsInMotion;
import io.keelson.conformance.profile.Namespaces;
import io.keelson.conformance.profile.PodLifeCycle;
import io.keelson.conformance.profile.PodMetrics;
import io.keelson.conformance.profile.PodNetwork;
import io.keelson.conformance.profile.PodUsage;
import io.keelson.conformance.profile.PortForwards;
import io.keelson.conformance.profile.Privileges;
import io.keelson.conformance.profile.Programs;
import io.keelson.conformance.profile.RepeatedCalls;
import io.keelson.conformance.profile.ResolverConfig;
import io.keelson.conformance.profile.SeccompProfiles;
import io.keelson.conformance.profile.StreamedCommands;
import io.keelson.conformance.profile.StreamedLists;
import io.keelson.conformance.profile.StreamedUsage;
import io.keelson.conformance.profile.SynchronousCommands;
import io.keelson.conformance.profile.UsageLists;
import io.keelson.conformance.profile.UserNamespaces;
import io.keelson.conformance.profile.UsersAndGroups;
import io.keelson.conformance.profile.VersionAndStatus;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** A part of the contract that a runtime can be asked about by itself. */
public enum Profile {
  /** Version and status, the life of pods and containers, and how they are listed. */
  CORE,
  /** Pulling, finding and removing images. */
  IMAGES,
  /** Commands in containers, attachments and port-forwards. */
  STREAMING,
  /** What the runtime tells of by itself. */
  EVENTS,
  /** Users, capabilities, profiles, and whatever else limits what programs may do. */
  SECURITY,
  /** What pods and containers share of the kernel with each other and with the node. */
  LINUX_NAMESPACES,
  /** Addresses, ports and name servers of pods. */
  NETWORK,
  /** Limits of CPU, memory and the like, when containers begin and later. */
  RESOURCES,
  /** What pods and containers use, and metrics of it. */
  STATS,
  /** Containers and pods that are written down and restored. */
  CHECKPOINT,
  /** Calls that must succeed when their work is done already. */
  IDEMPOTENCE,
  /** How long calls take, which is only told. */
  BENCHMARK;

  /** Those that are run when none is named: all that can fail. */
  public static Set<Profile> usual() {
    return EnumSet.complementOf(EnumSet.of(BENCHMARK));
  }

  /** The classes that hold its tests. */
  List<Class<?>> classes() {
    return switch (this) {
      case CORE ->
          List.of(
              VersionAndStatus.class,
              PodLifeCycle.class,
              ContainerLifeCycle.class,
              Lists.class,
              StreamedLists.class,
              ContainerLog.class,
              Programs.class,
              HostMounts.class,
              MountsInMotion.class,
              ImageMounts.class);
      case IMAGES ->
          List.of(
              ImageLifeCycle.class,
              ImageRemoval.class,
              ImageNames.class,
              Credentials.class,
              BrokenPulls.class);
      case SECURITY ->
          List.of(
              UsersAndGroups.class,
              Capabilities.class,
              Privileges.class,
              SeccompProfiles.class,
              MandatoryAccess.class,
              KernelParametersAndDevices.class);
      case STREAMING ->
          List.of(SynchronousCommands.class, StreamedCommands.class, PortForwards.class);
      case EVENTS -> List.of(Events.class);
      case LINUX_NAMESPACES -> List.of(Namespaces.class, UserNamespaces.class);
      case NETWORK -> List.of(PodNetwork.class, ResolverConfig.class);
      case RESOURCES -> List.of(Limits.class, LimitChanges.class);
      case STATS ->
          List.of(
              ContainerUsage.class,
              UsageLists.class,
              PodUsage.class,
              StreamedUsage.class,
              PodMetrics.class);
      case CHECKPOINT -> List.of(Checkpoints.class);
      case IDEMPOTENCE -> List.of(RepeatedCalls.class);
      case BENCHMARK -> List.of(Latencies.class);
    };
  }

  /** The profile whose tests are in a class. */
  static Profile of(Class<?> tests) {
    return Arrays.stream(values())
        .filter(profile -> profile.classes().contains(tests))
        .findAny()
        .orElseThrow(() -> new IllegalArgumentException(tests + " is in no profile"));
  }

  /**
   * The profile users mean.
   *
   * @throws IllegalArgumentException when there is none of this name
   */
  public static Profile named(String name) {
    return Arrays.stream(values())
        .filter(profile -> profile.toString().equals(name))
        .findAny()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "there is no profile '%s'; there are: %s"
                    .formatted(
                        name,
                        Arrays.stream(values())
                            .map(Profile::toString)
                            .collect(Collectors.joining(", ")))));
  }

  /** The name users write, such as {@code core}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
