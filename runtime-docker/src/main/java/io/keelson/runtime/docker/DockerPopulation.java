package io.keelson.runtime.docker;

import io.keelson.runtime.docker.stats.MeasuredContainer;
import io.keelson.runtime.docker.stats.MeasuredPod;
import io.keelson.runtime.docker.stats.Population;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.PodSandboxState;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The inventory, for those who measure. Asks the engine once for each pod's pause process. */
final class DockerPopulation implements Population {
  private static final Logger log = LoggerFactory.getLogger(DockerPopulation.class);

  private final Inventory inventory;
  private final PauseContainer pause;
  private final EngineWatch watch;

  DockerPopulation(Inventory inventory, PauseContainer pause, EngineWatch watch) {
    this.inventory = inventory;
    this.pause = pause;
    this.watch = watch;
  }

  @Override
  public List<MeasuredContainer> containers() {
    return inventory.containers().stream().map(DockerContainer::measured).toList();
  }

  @Override
  public MeasuredContainer container(String id) {
    return inventory.container(id).measured();
  }

  @Override
  public List<MeasuredPod> pods() throws InterruptedException {
    List<MeasuredPod> pods = new ArrayList<>();
    for (DockerPod pod : inventory.pods()) {
      pods.add(measured(pod));
    }
    return pods;
  }

  @Override
  public MeasuredPod pod(String id) throws InterruptedException {
    return measured(inventory.pod(id));
  }

  private MeasuredPod measured(DockerPod pod) throws InterruptedException {
    if (pod.state() == PodSandboxState.SANDBOX_READY && pod.pid() == 0 && watch.answers()) {
      try {
        pod.pid(pause.pid(pod.id()));
      } catch (CriException e) {
        log.debug("pod {} is measured without its pause container: {}", pod.id(), e.getMessage());
      }
    }
    return pod.measured(
        inventory.containersOf(pod.id()).stream().map(DockerContainer::measured).toList());
  }

  @Override
  public String layerFilesystem() {
    return watch.dataRoot();
  }
}
