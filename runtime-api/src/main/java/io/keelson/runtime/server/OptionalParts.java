package io.keelson.runtime.server;

import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.RuntimeBackend;

/** Optional parts of the SPI: a backend has a part when it implements its interface. */
final class OptionalParts {
  private OptionalParts() {}

  /**
   * The backend as one of its optional parts.
   *
   * @throws CriException {@code UNIMPLEMENTED} naming RPC and backend when it lacks the part
   */
  static <P> P require(RuntimeBackend backend, Class<P> part, String rpc) {
    if (part.isInstance(backend)) {
      return part.cast(backend);
    }
    throw CriException.unimplemented(
        rpc + " is not supported by the " + backend.name() + " backend");
  }
}
