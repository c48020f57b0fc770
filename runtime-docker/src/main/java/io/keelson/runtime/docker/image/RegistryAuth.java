package io.keelson.runtime.docker.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.AuthConfig;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Credentials for a registry in the form the engine takes: the header {@code X-Registry-Auth}. */
final class RegistryAuth {
  static final String HEADER = "X-Registry-Auth";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> DOCKER_HUB =
      Set.of("docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com");

  private RegistryAuth() {}

  /**
   * The header's value; of no credentials when those given are for another registry than the
   * image's.
   *
   * @throws CriException {@code INVALID_ARGUMENT} when {@code auth} is not base64 of {@code
   *     user:password}
   */
  static String header(AuthConfig auth, ImageReference image) {
    Map<String, String> fields = new LinkedHashMap<>();
    if (isFor(auth.getServerAddress(), image.registry())) {
      fill(fields, auth);
      if (!fields.isEmpty()) {
        fields.put("serveraddress", image.registry());
      }
    }
    try {
      return Base64.getUrlEncoder().encodeToString(JSON.writeValueAsBytes(fields));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a map of texts has no JSON form", e);
    }
  }

  private static void fill(Map<String, String> fields, AuthConfig auth) {
    if (!auth.getRegistryToken().isEmpty()) {
      fields.put("registrytoken", auth.getRegistryToken());
    } else if (!auth.getIdentityToken().isEmpty()) {
      if (!auth.getUsername().isEmpty()) {
        fields.put("username", auth.getUsername());
      }
      fields.put("identitytoken", auth.getIdentityToken());
    } else if (!auth.getUsername().isEmpty()) {
      fields.put("username", auth.getUsername());
      fields.put("password", auth.getPassword());
    } else if (!auth.getAuth().isEmpty()) {
      String pair = decode(auth.getAuth());
      int colon = pair.indexOf(':');
      if (colon < 0) {
        throw CriException.invalidArgument(
            "the auth field of the registry credentials is not base64 of user:password");
      }
      fields.put("username", pair.substring(0, colon));
      // Docker's own files may pad the password with NULs.
      fields.put("password", pair.substring(colon + 1).replaceAll("\0+$", ""));
    }
  }

  private static String decode(String base64) {
    try {
      return new String(Base64.getDecoder().decode(base64.strip()), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw CriException.invalidArgument(
          "the auth field of the registry credentials is not base64: " + e.getMessage());
    }
  }

  /** Whether credentials for a server address (a host, perhaps within a URL) are for a registry. */
  static boolean isFor(String serverAddress, String registry) {
    if (serverAddress.isEmpty()) {
      return true;
    }
    String host = serverAddress;
    if (host.contains("://")) {
      try {
        String authority = URI.create(host).getRawAuthority();
        host = authority == null ? "" : authority;
      } catch (IllegalArgumentException e) {
        throw CriException.invalidArgument(
            "server address '" + serverAddress + "' of the registry credentials is not a URL");
      }
    } else if (host.indexOf('/') >= 0) {
      host = host.substring(0, host.indexOf('/'));
    }
    return host.equals(registry) || (DOCKER_HUB.contains(host) && DOCKER_HUB.contains(registry));
  }
}
