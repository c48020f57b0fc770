package io.keelson.runtime.server;

import io.grpc.stub.StreamObserver;
import io.keelson.runtime.v1.ImageFsInfoRequest;
import io.keelson.runtime.v1.ImageFsInfoResponse;
import io.keelson.runtime.v1.ImageServiceGrpc.ImageServiceImplBase;
import io.keelson.runtime.v1.ImageStatusRequest;
import io.keelson.runtime.v1.ImageStatusResponse;
import io.keelson.runtime.v1.ListImagesRequest;
import io.keelson.runtime.v1.ListImagesResponse;
import io.keelson.runtime.v1.PullImageRequest;
import io.keelson.runtime.v1.PullImageResponse;
import io.keelson.runtime.v1.RemoveImageRequest;
import io.keelson.runtime.v1.RemoveImageResponse;
import io.keelson.runtime.v1.StreamImagesRequest;
import io.keelson.runtime.v1.StreamImagesResponse;

/** {@code runtime.v1.ImageService}: which method answers each RPC. */
final class ImageServiceCalls extends ImageServiceImplBase {
  private final CallRunner runner;
  private final ImageCalls images;

  ImageServiceCalls(CallRunner runner, ImageCalls images) {
    this.runner = runner;
    this.images = images;
  }

  @Override
  public void listImages(ListImagesRequest request, StreamObserver<ListImagesResponse> reply) {
    runner.unary(
        "ListImages",
        reply,
        () ->
            ListImagesResponse.newBuilder().addAllImages(images.list(request.getFilter())).build());
  }

  @Override
  public void streamImages(
      StreamImagesRequest request, StreamObserver<StreamImagesResponse> reply) {
    runner.stream(
        "StreamImages",
        reply,
        sender ->
            Batches.send(
                images.list(request.getFilter()),
                batch -> StreamImagesResponse.newBuilder().addAllImages(batch).build(),
                sender));
  }

  @Override
  public void imageStatus(ImageStatusRequest request, StreamObserver<ImageStatusResponse> reply) {
    runner.unary("ImageStatus", reply, () -> images.status(request));
  }

  @Override
  public void pullImage(PullImageRequest request, StreamObserver<PullImageResponse> reply) {
    runner.unary("PullImage", reply, () -> images.pull(request));
  }

  @Override
  public void removeImage(RemoveImageRequest request, StreamObserver<RemoveImageResponse> reply) {
    runner.unary("RemoveImage", reply, () -> images.remove(request));
  }

  @Override
  public void imageFsInfo(ImageFsInfoRequest request, StreamObserver<ImageFsInfoResponse> reply) {
    runner.unary("ImageFsInfo", reply, images::fsInfo);
  }
}
