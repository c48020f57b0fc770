package io.keelson.cli.daemon;

import io.keelson.runtime.spi.RuntimeBackendFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;

/** The backends on the class path. */
public final class Backends {
  private Backends() {}

  /** Their factories, by name. */
  public static Map<String, RuntimeBackendFactory> factories() {
    Map<String, RuntimeBackendFactory> byName = new LinkedHashMap<>();
    ServiceLoader.load(RuntimeBackendFactory.class).forEach(f -> byName.put(f.name(), f));
    return byName;
  }
}
