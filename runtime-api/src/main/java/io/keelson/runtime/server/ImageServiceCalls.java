package io.keelson.runtime.server;

import static io.keelson.runtime.v1.ImageServiceGrpc.getImageFsInfoMethod;
import static io.keelson.runtime.v1.ImageServiceGrpc.getImageStatusMethod;
import static io.keelson.runtime.v1.ImageServiceGrpc.getListImagesMethod;
import static io.keelson.runtime.v1.ImageServiceGrpc.getPullImageMethod;
import static io.keelson.runtime.v1.ImageServiceGrpc.getRemoveImageMethod;
import static io.keelson.runtime.v1.ImageServiceGrpc.getStreamImagesMethod;

import io.keelson.runtime.server.ServiceTable.Check;
import io.keelson.runtime.v1.ImageServiceGrpc;
import io.keelson.runtime.v1.ListImagesResponse;
import io.keelson.runtime.v1.StreamImagesResponse;

/** {@code runtime.v1.ImageService}: how each RPC is checked and what answers it. */
final class ImageServiceCalls {
  private ImageServiceCalls() {}

  static ServiceTable table(CallRunner runner, ImageCalls images) {
    return new ServiceTable(ImageServiceGrpc.getServiceDescriptor(), runner, false)
        .blockingList(
            getListImagesMethod(),
            request -> images.list(request.getFilter()),
            items -> ListImagesResponse.newBuilder().addAllImages(items).build(),
            getStreamImagesMethod(),
            request -> images.list(request.getFilter()),
            batch -> StreamImagesResponse.newBuilder().addAllImages(batch).build())
        .unary(getImageStatusMethod(), ImageChecks::status, images::status)
        .unary(getPullImageMethod(), ImageChecks::pull, images::pull)
        .unary(getRemoveImageMethod(), ImageChecks::remove, images::remove)
        .unary(getImageFsInfoMethod(), Check.none(), request -> images.fsInfo());
  }
}
