package io.keelson.runtime.fake;

import io.keelson.runtime.spi.BackendContext;
import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.spi.RuntimeBackendFactory;
import java.util.Map;

/** Makes the fake backend; it has no options. */
public final class FakeBackendFactory implements RuntimeBackendFactory {

  @Override
  public String name() {
    return FakeBackend.NAME;
  }

  @Override
  public Map<String, String> options() {
    return Map.of();
  }

  @Override
  public RuntimeBackend create(BackendContext context) {
    return new FakeBackend(context.clock());
  }
}
