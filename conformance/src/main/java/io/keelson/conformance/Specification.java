package io.keelson.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a test holds the runtime to. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Specification {
  /** The document and the place in it, such as {@code CRI api.proto, rpc StopContainer}. */
  String document();

  /** What it says there, in short. */
  String says();
}
