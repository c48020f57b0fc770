package io.keelson.runtime.docker;

import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.v1.PodSandboxConfig;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs in a process of its own: makes a pod with a container, printing each step, and ends as if
 * killed before the step with the given number; with no such step it gets to the end.
 */
final class CrashingDaemon {
  private CrashingDaemon() {}

  /** Arguments: the node's folder, its engine's endpoint, an image, the fatal step's number. */
  public static void main(String[] args) throws Exception {
    TestNode node = TestNode.in(Path.of(args[0]), Endpoint.parse(args[1]));
    int fatal = Integer.parseInt(args[3]);
    AtomicInteger taken = new AtomicInteger();
    Steps steps =
        step -> {
          System.out.println(step);
          if (taken.getAndIncrement() == fatal) {
            System.out.flush();
            Runtime.getRuntime().halt(137);
          }
        };
    PodSandboxConfig pod = TestPods.pod("crash", node.folder().resolve("logs")).build();
    try (DockerBackend backend = node.open((c, p, t, at) -> {}, steps)) {
      String sandbox = backend.podSandboxes().runPodSandbox(pod, "docker");
      backend
          .containers()
          .createContainer(
              sandbox, TestPods.container("main", args[2], "/bin/busybox", "true").build(), pod);
    }
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }
}
