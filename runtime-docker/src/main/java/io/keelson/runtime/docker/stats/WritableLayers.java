package io.keelson.runtime.docker.stats;

import io.keelson.linux.Filesystems;
import io.keelson.linux.LinuxException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what the writable layers of containers take. Whoever asks gets the last count at once, and
 * has the layer counted again in the background when that is old. One layer is counted at a time,
 * with rests that keep counting below {@link #SHARE} of a core; nothing is counted when nobody
 * asks. Thread-safe.
 */
public final class WritableLayers implements AutoCloseable {
  /** The most of one core's time that counting takes. */
  public static final double SHARE = 0.02;

  private static final Logger log = LoggerFactory.getLogger(WritableLayers.class);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  /** Shorter rests are put together, since each costs a little itself. */
  private static final long SHORTEST_REST_NANOS = 5_000_000;

  /** A step that lasted longer than this makes up for has waited for the disk or for a CPU. */
  private static final long LONGEST_REST_NANOS = 50_000_000;

  private final Filesystems filesystems;
  private final Clock clock;
  // A layer is in it once at most, as its meter sees to.
  private final BlockingQueue<Layer> asked = new LinkedBlockingQueue<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread counter;

  private record Layer(Path folder, LayerMeter meter) {}

  /** Counts from now on, until closed. */
  public WritableLayers(Filesystems filesystems, Clock clock) {
    this.filesystems = filesystems;
    this.clock = clock;
    this.counter = Thread.ofVirtual().name("writable-layers").start(this::work);
  }

  /** Has a layer counted soon, unless its last count is new. */
  public void count(Path folder, LayerMeter meter) {
    if (meter.shallCount(EpochNanos.now(clock))) {
      asked.add(new Layer(folder, meter));
    }
  }

  /**
   * The last count of a layer, without waiting; empty when it was not counted yet. Has it counted
   * again as {@link #count} does.
   */
  Optional<LayerMeter.Count> usage(Path folder, LayerMeter meter) {
    count(folder, meter);
    return Optional.ofNullable(meter.last());
  }

  private void work() {
    Rests rests = new Rests();
    try {
      while (closed.getCount() > 0) {
        Layer layer = asked.take();
        rests.worksFromNow();
        layer.meter().counted(count(layer.folder(), rests));
        rests.step();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private LayerMeter.@Nullable Count count(Path folder, Rests rests) throws InterruptedException {
    try {
      Filesystems.Usage usage = filesystems.usage(folder, rests);
      return new LayerMeter.Count(usage.bytes(), usage.inodes(), EpochNanos.now(clock));
    } catch (LinuxException e) {
      log.debug("a writable layer is not counted: {}", e.getMessage());
      return null;
    }
  }

  /** Rests after work in proportion to its length. */
  private final class Rests implements Filesystems.Pace {
    private long workingSince;
    private long owed;

    void worksFromNow() {
      workingSince = System.nanoTime();
    }

    @Override
    public void step() throws InterruptedException {
      owed += Math.round((System.nanoTime() - workingSince) * (1 / SHARE - 1));
      if (owed >= SHORTEST_REST_NANOS) {
        var _ = closed.await(Math.min(owed, LONGEST_REST_NANOS), TimeUnit.NANOSECONDS);
        owed = 0;
      }
      worksFromNow();
    }
  }

  @Override
  public void close() {
    closed.countDown();
    counter.interrupt();
    try {
      var _ = counter.join(CLOSE_LIMIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
