package io.keelson.conformance.image;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Content that is named by its digest.
 *
 * @param mediaType what it is
 * @param bytes the content
 */
@SuppressWarnings("ArrayRecordComponent") // blobs are compared by digest, and never changed
public record Blob(String mediaType, byte[] bytes) {

  /** Its name, {@code sha256:} and the digest in hexadecimal digits. */
  public String digest() {
    return digestOf(bytes);
  }

  static String digestOf(byte[] bytes) {
    try {
      return "sha256:"
          + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** What a manifest says to point at it. */
  String descriptor() {
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
        .formatted(mediaType, digest(), bytes.length);
  }
}
