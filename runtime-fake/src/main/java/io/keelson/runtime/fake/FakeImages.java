package io.keelson.runtime.fake;

import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.Images;
import io.keelson.runtime.v1.AuthConfig;
import io.keelson.runtime.v1.FilesystemIdentifier;
import io.keelson.runtime.v1.FilesystemUsage;
import io.keelson.runtime.v1.Image;
import io.keelson.runtime.v1.ImageFsInfoResponse;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.UInt64Value;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Images by name only: a pull makes one up whose id is the digest of its name. A name that begins
 * with {@code missing/}, after the registry's if it has one, is not to be had, for those who test
 * what happens then.
 */
final class FakeImages implements Images {
  private static final String MISSING = "missing/";
  private static final long SIZE = 4096;

  private final FakeNode node;
  private final Map<String, Image> byId = new ConcurrentHashMap<>();

  FakeImages(FakeNode node) {
    this.node = node;
  }

  @Override
  public List<Image> listImages() {
    return List.copyOf(byId.values());
  }

  @Override
  public Optional<Image> imageStatus(ImageSpec image) {
    String name = image.getImage();
    Image direct = byId.get(name);
    Image found = direct != null ? direct : byId.get(idOf(tagged(name)));
    return found == null && name.contains("@")
        ? byId.values().stream().filter(i -> i.getRepoDigestsList().contains(name)).findAny()
        : Optional.ofNullable(found);
  }

  @Override
  public String pullImage(ImageSpec image, AuthConfig auth, PodSandboxConfig sandboxConfig) {
    String name = tagged(image.getImage());
    if (name.startsWith(MISSING) || name.contains("/" + MISSING)) {
      throw CriException.notFound("image '" + name + "' is not in any registry");
    }
    String id = idOf(name);
    Image.Builder made =
        Image.newBuilder().setId(id).setSize(SIZE).setSpec(ImageSpec.newBuilder().setImage(id));
    if (name.contains("@")) {
      made.addRepoDigests(name);
    } else {
      made.addRepoTags(name).addRepoDigests(name.substring(0, name.lastIndexOf(':')) + "@" + id);
    }
    byId.put(id, made.build());
    return id;
  }

  @Override
  public void removeImage(ImageSpec image) {
    imageStatus(image).ifPresent(present -> byId.remove(present.getId()));
  }

  @Override
  public ImageFsInfoResponse imageFsInfo() {
    return ImageFsInfoResponse.newBuilder()
        .addImageFilesystems(
            FilesystemUsage.newBuilder()
                .setTimestamp(node.now())
                .setFsId(FilesystemIdentifier.newBuilder().setMountpoint("/"))
                .setUsedBytes(UInt64Value.newBuilder().setValue(byId.size() * SIZE))
                .setInodesUsed(UInt64Value.newBuilder().setValue(byId.size())))
        .build();
  }

  private static String tagged(String name) {
    boolean tagged = name.contains("@") || name.lastIndexOf(':') > name.lastIndexOf('/');
    return tagged ? name : name + ":latest";
  }

  private static String idOf(String name) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
      return "sha256:" + HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
