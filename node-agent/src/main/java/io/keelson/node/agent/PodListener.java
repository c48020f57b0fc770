package io.keelson.node.agent;

/** Told about pods as they change. Called from the pods' threads: short, and never blocks. */
public interface PodListener {

  /** A pod has changed, or is new. */
  void changed(PodView pod);

  /** A pod is gone, all of it. */
  void removed(String namespace, String name);
}
