package io.keelson.conformance;

import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.keelson.conformance.fixture.RunScope;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.registry.ImageRegistry;
import io.keelson.linux.FileTrees;
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
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What runs of the suite left: pods, told by their label, images and files. */
final class Leftovers {
  private static final long SECONDS = 60;
  private static final String FOLDER = "keelson-conformance-";

  private final Channel runtime;
  private final Channel images;
  private final Path folder;

  /**
   * Creates what has removed nothing yet.
   *
   * @param folder where runs have their folders
   */
  Leftovers(Channel runtime, Channel images, Path folder) {
    this.runtime = runtime;
    this.images = images;
    this.folder = folder;
  }

  /** Makes a folder for a run. */
  Path newFolder(String run) throws IOException {
    return Files.createDirectory(folder.resolve(FOLDER + run));
  }

  /** Removes what runs made whose process was killed. */
  void removeOfDeadRuns() {
    removePods(RunLabel::isOfDeadRun);
    removeImages(ImageRegistry::wasServedByOneThatIsGone);
    removeFolders(RunLabel::isOfDeadRun);
  }

  /** Removes what one run made. */
  void removeOf(RunScope scope) {
    removePods(scope.run()::equals);
    Set<String> prefixes = scope.registry().prefixes();
    removeImages(
        name -> scope.pulled().contains(name) || prefixes.stream().anyMatch(name::startsWith));
    removeFolders(scope.run()::equals);
  }

  private void removeFolders(Predicate<String> run) {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, FOLDER + "*")) {
      for (Path each : all) {
        if (run.test(each.getFileName().toString().substring(FOLDER.length()))) {
          FileTrees.delete(each);
        }
      }
    } catch (IOException e) {
      System.err.println(
          "conformance: files in %s may be left over: %s".formatted(folder, e.getMessage()));
    }
  }

  /** The suite filters: that the runtime filters rightly is what tests are for. */
  private void removePods(Predicate<String> run) {
    forEach(
        "pods with the label " + RuntimeUnderTest.RUN_LABEL,
        () ->
            runtime()
                .listPodSandbox(ListPodSandboxRequest.getDefaultInstance())
                .getItemsList()
                .stream()
                .filter(pod -> run.test(pod.getLabelsOrDefault(RuntimeUnderTest.RUN_LABEL, "")))
                .map(PodSandbox::getId),
        id -> {
          runtime().stopPodSandbox(StopPodSandboxRequest.newBuilder().setPodSandboxId(id).build());
          runtime()
              .removePodSandbox(RemovePodSandboxRequest.newBuilder().setPodSandboxId(id).build());
        });
  }

  private void removeImages(Predicate<String> name) {
    forEach(
        "images of the suite",
        () ->
            images().listImages(ListImagesRequest.getDefaultInstance()).getImagesList().stream()
                .flatMap(Leftovers::names)
                .filter(name),
        image ->
            images()
                .removeImage(
                    RemoveImageRequest.newBuilder()
                        .setImage(ImageSpec.newBuilder().setImage(image))
                        .build()));
  }

  /** What cannot be removed is told, and keeps nothing else from being removed. */
  private static void forEach(
      String what, Supplier<Stream<String>> list, Consumer<String> removal) {
    try {
      for (String each : list.get().toList()) {
        try {
          removal.accept(each);
        } catch (StatusRuntimeException e) {
          System.err.println("conformance: %s is left over: %s".formatted(each, e.getMessage()));
        }
      }
    } catch (StatusRuntimeException e) {
      System.err.println("conformance: %s may be left over: %s".formatted(what, e.getMessage()));
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
