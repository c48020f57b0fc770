package io.keelson.node.agent;

import io.keelson.node.agent.config.ContainerConfigBuilder;
import io.keelson.node.agent.config.NodeFacts;
import io.keelson.node.agent.config.PodVolumeMounts;
import io.keelson.node.agent.config.SandboxConfigBuilder;
import io.keelson.node.agent.manifest.PodManifest;
import io.keelson.node.agent.probe.ContainerActions;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.volumes.PodVolumes;
import java.nio.file.Path;

/**
 * What all pods of one agent share.
 *
 * @param client the runtime
 * @param clock the time
 * @param facts the node
 * @param podsDirectory holds a directory of files for each pod
 * @param records the pods taken on
 * @param volumes publishes volumes
 */
record NodeServices(
    RuntimeClient client,
    AgentClock clock,
    NodeFacts facts,
    Path podsDirectory,
    PodRecords records,
    PodVolumes volumes) {

  Path podDirectory(PodManifest manifest) {
    return podsDirectory.resolve(manifest.uid());
  }

  Path logDirectory(PodManifest manifest) {
    return facts.logsDirectory().resolve(SandboxConfigBuilder.logDirectoryName(manifest));
  }

  SandboxConfigBuilder sandboxConfigs() {
    return new SandboxConfigBuilder(facts);
  }

  PodVolumeMounts volumeMounts() {
    return new PodVolumeMounts(volumes);
  }

  ContainerConfigBuilder containerConfigs() {
    return new ContainerConfigBuilder(facts, volumeMounts());
  }

  ContainerActions actions() {
    return new ContainerActions(client);
  }
}
