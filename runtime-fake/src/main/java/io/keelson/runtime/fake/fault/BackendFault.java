package io.keelson.runtime.fake.fault;

import io.keelson.runtime.fake.FakeBackend;
import io.keelson.runtime.spi.Containers;
import io.keelson.runtime.spi.Images;
import io.keelson.runtime.spi.PodSandboxes;
import io.keelson.runtime.spi.RuntimeBackend;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A fault of what a runtime author writes: the backend itself acts wrongly.
 *
 * @param decorator wraps the healthy backend in one that has the fault
 */
record BackendFault(String name, String wrong, Function<FakeBackend, RuntimeBackend> decorator)
    implements Fault {

  /** Wraps the part of the backend that is about sandboxes. */
  static Fault ofPods(String name, String wrong, UnaryOperator<PodSandboxes> decorator) {
    return new BackendFault(
        name,
        wrong,
        healthy -> {
          PodSandboxes pods = decorator.apply(healthy.podSandboxes());
          return new ForwardingBackend(healthy) {
            @Override
            public PodSandboxes podSandboxes() {
              return pods;
            }
          };
        });
  }

  /** Wraps the part of the backend that is about containers. */
  static Fault ofContainers(String name, String wrong, UnaryOperator<Containers> decorator) {
    return new BackendFault(
        name,
        wrong,
        healthy -> {
          Containers containers = decorator.apply(healthy.containers());
          return new ForwardingBackend(healthy) {
            @Override
            public Containers containers() {
              return containers;
            }
          };
        });
  }

  /** Wraps the part of the backend that is about images. */
  static Fault ofImages(String name, String wrong, UnaryOperator<Images> decorator) {
    return new BackendFault(
        name,
        wrong,
        healthy -> {
          Images images = decorator.apply(healthy.images());
          return new ForwardingBackend(healthy) {
            @Override
            public Images images() {
              return images;
            }
          };
        });
  }

  @Override
  public RuntimeBackend plant(FakeBackend healthy) {
    return decorator.apply(healthy);
  }
}
