package io.keelson.runtime.fake.fault;

import io.keelson.runtime.fake.FakeBackend;
import io.keelson.runtime.spi.RuntimeBackend;

/** One named way for a runtime to break the contract, which the fake keeps otherwise. */
public sealed interface Fault permits BackendFault, CallFault {

  /** Its name in kebab-case, such as {@code exit-code-lost}. */
  String name();

  /** What the runtime then does wrong, as the rest of a sentence that begins with "It". */
  String wrong();

  /**
   * Plants it.
   *
   * @param healthy a backend that was not started; the one returned owns it
   */
  RuntimeBackend plant(FakeBackend healthy);
}
