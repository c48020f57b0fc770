package io.keelson.runtime.fake;

import io.keelson.runtime.fake.fault.Faults;
import io.keelson.runtime.spi.BackendContext;
import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.spi.RuntimeBackendFactory;
import java.util.Map;

/** Makes the fake backend, healthy unless a fault is asked for. */
public final class FakeBackendFactory implements RuntimeBackendFactory {
  private static final String FAULT = "fault";

  @Override
  public String name() {
    return FakeBackend.NAME;
  }

  @Override
  public Map<String, String> options() {
    return Map.of(
        FAULT,
        "One way to break the contract, to see how a conformance report tells of it;"
            + " docs/planted-faults.md lists them; default none.");
  }

  @Override
  public RuntimeBackend create(BackendContext context) {
    FakeBackend healthy = new FakeBackend(context.clock());
    String fault = context.options().get(FAULT);
    return fault == null ? healthy : Faults.named(fault).plant(healthy);
  }
}
