package io.keelson.node.agent.manifest;

import java.util.function.Consumer;

/** Where a node agent learns which pods should run. */
public interface ManifestSource extends AutoCloseable {

  /**
   * Begins to watch: hands over what is asked for now before it returns, and again after each
   * change, never two at once. Called once.
   *
   * @throws ManifestException when nothing can be read from this source, now or later
   */
  void start(Consumer<Manifests> receiver);

  /** Stops watching. Repeatable. */
  @Override
  void close();
}
