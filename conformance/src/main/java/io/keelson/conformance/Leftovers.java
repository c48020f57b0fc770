package io.keelson.conformance;

import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.runtime.v1.Image;
import io.keelson.runtime.v1.ImageServiceGrpc;
import io.keelson.runtime.v1.ImageServiceGrpc.ImageServiceBlockingStub;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.ListImagesRequest;
import io.keelson.runtime.v1.ListPodSandboxRequest;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.RemoveImageRequest;
import io.keelson.runtime.v1.RemovePodSandboxRequest;
import io.keelson.runtime.v1.RuntimeServiceGrpc;
import io.keelson.runtime.v1.RuntimeServiceGrpc.RuntimeServiceBlockingStub;
import io.keelson.runtime.v1.StopPodSandboxRequest;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What runs of the suite left on a runtime: pods, told by their label, and images. */
final class Leftovers {
  private static final long SECONDS = 60;

  private final Channel runtime;
  private final Channel images;

  Leftovers(Channel runtime, Channel images) {
    this.runtime = runtime;
    this.images = images;
  }

  /** Removes the pods of runs whose process was killed. */
  void removeOfDeadRuns() {
    removePods(RunLabel::isOfDeadRun);
  }

  /**
   * Removes what one run made.
   *
   * @param prefixes what the names of its images begin with
   */
  void removeOf(String run, Set<String> prefixes) {
    removePods(run::equals);
    prefixes.forEach(this::removeImages);
  }

  /** The suite filters: that the runtime filters rightly is what tests are for. */
  private void removePods(Predicate<String> run) {
    try {
      List<String> pods =
          runtime()
              .listPodSandbox(ListPodSandboxRequest.getDefaultInstance())
              .getItemsList()
              .stream()
              .filter(pod -> run.test(pod.getLabelsOrDefault(RuntimeUnderTest.RUN_LABEL, "")))
              .map(PodSandbox::getId)
              .toList();
      for (String id : pods) {
        runtime().stopPodSandbox(StopPodSandboxRequest.newBuilder().setPodSandboxId(id).build());
        runtime()
            .removePodSandbox(RemovePodSandboxRequest.newBuilder().setPodSandboxId(id).build());
      }
    } catch (StatusRuntimeException e) {
      System.err.println(
          "conformance: pods with the label %s may be left over: %s"
              .formatted(RuntimeUnderTest.RUN_LABEL, e.getMessage()));
    }
  }

  private void removeImages(String prefix) {
    try {
      List<String> names =
          images().listImages(ListImagesRequest.getDefaultInstance()).getImagesList().stream()
              .flatMap(Leftovers::names)
              .filter(name -> name.startsWith(prefix))
              .toList();
      for (String name : names) {
        images()
            .removeImage(
                RemoveImageRequest.newBuilder()
                    .setImage(ImageSpec.newBuilder().setImage(name))
                    .build());
      }
    } catch (StatusRuntimeException e) {
      System.err.println(
          "conformance: images named %s... may be left over: %s".formatted(prefix, e.getMessage()));
    }
  }

  private static Stream<String> names(Image image) {
    return Stream.concat(image.getRepoTagsList().stream(), image.getRepoDigestsList().stream());
  }

  private RuntimeServiceBlockingStub runtime() {
    return RuntimeServiceGrpc.newBlockingStub(runtime).withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }

  private ImageServiceBlockingStub images() {
    return ImageServiceGrpc.newBlockingStub(images).withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }
}
