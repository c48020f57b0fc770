package io.keelson.runtime.docker;

import io.keelson.linux.NativeNetworkNamespaces;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.spi.BackendContext;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.spi.RuntimeBackendFactory;
import io.keelson.runtime.transport.Endpoint;
import java.util.Map;

/** Makes the Docker backend from its part of the configuration. */
public final class DockerBackendFactory implements RuntimeBackendFactory {
  private static final String ENDPOINT = "endpoint";

  @Override
  public String name() {
    return DockerBackend.NAME;
  }

  @Override
  public Map<String, String> options() {
    return Map.of(
        ENDPOINT,
        "Where the Docker Engine listens, unix:///path or tcp://host:port; default "
            + DockerEngine.DEFAULT_ENDPOINT
            + ".");
  }

  @Override
  public RuntimeBackend create(BackendContext context) {
    return new DockerBackend(
        DockerEngine.at(endpoint(context)), context, new NativeNetworkNamespaces(), Steps.IGNORED);
  }

  private static Endpoint endpoint(BackendContext context) {
    String text = context.options().get(ENDPOINT);
    if (text == null) {
      return DockerEngine.DEFAULT_ENDPOINT;
    }
    try {
      return Endpoint.parse(text);
    } catch (IllegalArgumentException e) {
      throw CriException.invalidArgument("option " + ENDPOINT + ": " + e.getMessage());
    }
  }
}
