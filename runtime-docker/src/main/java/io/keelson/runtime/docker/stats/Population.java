package io.keelson.runtime.docker.stats;

import io.keelson.runtime.spi.CriException;
import java.util.List;

/** The pods and containers there are now. Thread-safe. */
public interface Population {

  /** Every container, running or not. */
  List<MeasuredContainer> containers();

  /**
   * One container.
   *
   * @throws CriException {@code NOT_FOUND}
   */
  MeasuredContainer container(String id);

  /** Every pod, ready or not. */
  List<MeasuredPod> pods() throws InterruptedException;

  /**
   * One pod.
   *
   * @throws CriException {@code NOT_FOUND}
   */
  MeasuredPod pod(String id) throws InterruptedException;

  /** The filesystem writable layers are on, named as {@code ImageFsInfo} names it. */
  String layerFilesystem();
}
