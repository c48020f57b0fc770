package io.keelson.runtime.docker.image;

import io.grpc.Status;
import io.keelson.runtime.spi.CriException;
import java.util.List;
import java.util.Locale;

/**
 * Tells what a failed pull means. The engine passes on what the registry said, in words that differ
 * between versions and with HTTP codes that do not tell the cases apart, so the words decide.
 */
final class PullErrors {
  private static final List<String> NO_SPACE = List.of("no space left", "disk quota exceeded");
  private static final List<String> UNAUTHENTICATED =
      List.of("unauthorized", "no basic auth credentials", "authentication required");
  private static final List<String> UNSIGNED = List.of("signature", "not signed", "unsigned");
  private static final List<String> DENIED = List.of("denied: ", "403 forbidden");
  private static final List<String> NOT_FOUND =
      List.of(
          "manifest unknown",
          "name unknown",
          "not found",
          "does not exist",
          "no matching manifest",
          "no such image");
  private static final List<String> UNREACHABLE =
      List.of(
          "connection refused",
          "no such host",
          "i/o timeout",
          "dial tcp",
          "network is unreachable",
          "no route to host",
          "connection reset",
          "tls: ",
          "tls handshake",
          "x509: ",
          "server gave http response",
          "request canceled",
          "deadline exceeded",
          "toomanyrequests",
          "unexpected eof",
          "eof",
          "503 service unavailable",
          "502 bad gateway");

  private PullErrors() {}

  /** The failure for a pull that the engine gave up with these words. */
  static CriException of(ImageReference image, CriException failure, String words) {
    String lower = words.toLowerCase(Locale.ROOT);
    String what = "cannot pull image " + image + ": ";
    if (contains(lower, NO_SPACE)) {
      return CriException.resourceExhausted(
          what + words + "; make room in the Docker Engine's data folder", failure);
    }
    if (contains(lower, UNAUTHENTICATED)) {
      return new CriException(
          Status.Code.UNAUTHENTICATED,
          what + words + "; check the credentials for " + image.registry(),
          failure);
    }
    if (contains(lower, UNSIGNED)) {
      // Node agents know this first word.
      return new CriException(
          Status.Code.FAILED_PRECONDITION,
          "SignatureValidationFailed: " + what + words + "; sign it as its registry asks for",
          failure);
    }
    if (contains(lower, DENIED)) {
      return new CriException(
          Status.Code.PERMISSION_DENIED,
          what + words + "; check the credentials for " + image.registry(),
          failure);
    }
    if (contains(lower, NOT_FOUND)) {
      return new CriException(
          Status.Code.NOT_FOUND, what + words + "; check its name and tag", failure);
    }
    if (contains(lower, UNREACHABLE)) {
      // Node agents know this first word.
      return CriException.unavailable(
          "RegistryUnavailable: " + what + words + "; check that " + image.registry() + " is up",
          failure);
    }
    return new CriException(failure.code(), what + words, failure);
  }

  private static boolean contains(String text, List<String> parts) {
    return parts.stream().anyMatch(text::contains);
  }
}
