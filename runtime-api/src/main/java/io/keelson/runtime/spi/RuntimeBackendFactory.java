package io.keelson.runtime.spi;

import java.util.Map;

/**
 * Makes a backend from configuration; found by {@link java.util.ServiceLoader}, so that a backend
 * on the class path is one a daemon can serve.
 */
public interface RuntimeBackendFactory {

  /** The word that selects this backend in configuration: {@code docker}, {@code fake}. */
  String name();

  /**
   * The option keys this backend understands, each with a sentence that says what it does, its unit
   * and its default. A key that ends in {@code .*} takes any last word.
   */
  Map<String, String> options();

  /**
   * Makes the backend without starting it.
   *
   * @throws CriException {@code INVALID_ARGUMENT} when an option's value is not usable
   */
  RuntimeBackend create(BackendContext context);
}
