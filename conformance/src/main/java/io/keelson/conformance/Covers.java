package io.keelson.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The fields of CRI v1 messages whose meaning a test asserts. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Covers {
  /** Fields as {@code Message.field}, by their names in api.proto. */
  String[] value();
}
