package io.keelson.runtime.docker.stats;

import io.keelson.linux.NativeFilesystems;
import io.keelson.linux.cgroup.Cgroups;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerAttributes;
import io.keelson.runtime.v1.ContainerMetadata;
import io.keelson.runtime.v1.PodSandboxAttributes;
import io.keelson.runtime.v1.PodSandboxMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A machine made of files, as the kernel of one with cgroup version 2 shows them. */
final class Machine implements Population, AutoCloseable {
  static final long START = 1_800_000_000_000_000_000L;

  private final Path folder;
  private final List<MeasuredPod> pods = new ArrayList<>();
  private final WritableLayers layers;
  private volatile Instant now = Instant.ofEpochSecond(0, START);
  private final Clock clock =
      new Clock() {
        @Override
        public ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
          throw new UnsupportedOperationException("one zone is enough");
        }

        @Override
        public Instant instant() {
          return now;
        }
      };

  Machine(Path folder) throws IOException {
    this.folder = folder;
    this.layers = new WritableLayers(new NativeFilesystems(), clock);
    file("cgroup/cgroup.controllers", "cpuset cpu io memory hugetlb pids\n");
    Files.createDirectories(folder.resolve("proc"));
    Files.createDirectories(folder.resolve("layers"));
    Files.createDirectories(folder.resolve("block"));
    Files.createSymbolicLink(folder.resolve("block/254:0"), Path.of("../../devices/vda"));
  }

  EngineStats stats() {
    return new EngineStats(
        this, Cgroups.mountedAt(folder.resolve("cgroup")), folder.resolve("proc"), layers, clock);
  }

  EngineMetrics metrics() {
    return new EngineMetrics(
        this,
        Cgroups.mountedAt(folder.resolve("cgroup")),
        folder.resolve("proc"),
        folder.resolve("block"),
        layers,
        new NativeFilesystems(),
        clock);
  }

  void passes(Duration time) {
    now = now.plus(time);
  }

  Machine file(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    return this;
  }

  Path layer(String id) {
    return folder.resolve("layers").resolve(id);
  }

  /** A process in a cgroup that uses memory and so many nanoseconds of the CPU. */
  void process(long pid, String cgroup, long cpuNanos) throws IOException {
    file("proc/" + pid + "/cgroup", "0::/" + cgroup + "\n");
    file("cgroup/" + cgroup + "/cgroup.procs", pid + "\n");
    cpu(cgroup, cpuNanos);
    file("cgroup/" + cgroup + "/memory.current", "10000000\n");
    file("cgroup/" + cgroup + "/memory.max", "64000000\n");
    file("cgroup/" + cgroup + "/memory.low", "0\n");
    file("cgroup/" + cgroup + "/memory.swap.max", "max\n");
    file("cgroup/" + cgroup + "/memory.swap.current", "4096\n");
    file(
        "cgroup/" + cgroup + "/memory.stat",
        "anon 6000000\nfile 4000000\ninactive_file 1000000\npgfault 70\npgmajfault 3\n");
    file("cgroup/" + cgroup + "/memory.events", "low 0\nhigh 0\nmax 5\noom 1\noom_kill 1\n");
    file("cgroup/" + cgroup + "/pids.current", "4\n");
    file("cgroup/" + cgroup + "/pids.max", "max\n");
    file("cgroup/" + cgroup + "/cpu.weight", "39\n");
    file("cgroup/" + cgroup + "/cpu.max", "20000 100000\n");
    file("cgroup/" + cgroup + "/io.stat", "254:0 rbytes=4096 wbytes=512 rios=2 wios=1\n");
    for (String resource : new String[] {"cpu", "memory", "io"}) {
      file(
          "cgroup/" + cgroup + "/" + resource + ".pressure",
          """
          some avg10=1.50 avg60=0.50 avg300=0.10 total=7000000
          full avg10=0.00 avg60=0.00 avg300=0.00 total=2000000
          """);
    }
  }

  void cpu(String cgroup, long nanos) throws IOException {
    file(
        "cgroup/" + cgroup + "/cpu.stat",
        "usage_usec %d\nuser_usec 0\nsystem_usec 0\n".formatted(nanos / 1000));
  }

  MeasuredContainer container(String id, long pid) throws IOException {
    return container(id, pid, Files.createDirectories(layer(id)));
  }

  MeasuredContainer container(String id, long pid, @Nullable Path layer) {
    return new MeasuredContainer(
        ContainerAttributes.newBuilder()
            .setId(id)
            .setMetadata(ContainerMetadata.newBuilder().setName("name-of-" + id))
            .putLabels("app", id)
            .build(),
        "image:1",
        pid,
        START - EpochNanos.IN_SECOND,
        new UsageMeter(),
        layer,
        new LayerMeter());
  }

  /** A pod that has started when the containers have. */
  void pod(String id, long pid, boolean ownCgroup, MeasuredContainer... containers) {
    pods.add(
        new MeasuredPod(
            PodSandboxAttributes.newBuilder()
                .setId(id)
                .setMetadata(PodSandboxMetadata.newBuilder().setName("web").setNamespace("shop"))
                .build(),
            pid,
            START - EpochNanos.IN_SECOND,
            true,
            ownCgroup,
            new UsageMeter(),
            new UsageMeter(),
            List.of(containers)));
  }

  @Override
  public List<MeasuredContainer> containers() {
    return pods.stream().flatMap(pod -> pod.containers().stream()).toList();
  }

  @Override
  public MeasuredContainer container(String id) {
    return containers().stream()
        .filter(c -> c.id().equals(id))
        .findFirst()
        .orElseThrow(() -> CriException.notFound(id));
  }

  @Override
  public List<MeasuredPod> pods() {
    return List.copyOf(pods);
  }

  @Override
  public MeasuredPod pod(String id) {
    return pods.stream()
        .filter(p -> p.id().equals(id))
        .findFirst()
        .orElseThrow(() -> CriException.notFound(id));
  }

  @Override
  public String layerFilesystem() {
    return folder.resolve("layers").toString();
  }

  @Override
  public void close() {
    layers.close();
  }
}
