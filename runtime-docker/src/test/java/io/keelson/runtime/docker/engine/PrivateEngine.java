package io.keelson.runtime.docker.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a {@link DockerEngine} on a private {@code dockerd}, one for the whole test run. A
 * machine that cannot have one aborts the tests with the reason.
 */
public final class PrivateEngine implements ParameterResolver {

  private record Running(Path folder, DockerEngineProcess process, DockerEngine engine)
      implements AutoCloseable {

    static Running start() {
      Assumptions.assumeTrue(
          DockerEngineProcess.isInstalled(),
          "dockerd is not installed; on Debian or Ubuntu run: apt-get install -y docker.io");
      Assumptions.assumeTrue(
          "root".equals(System.getProperty("user.name")), "a private dockerd needs root");
      try {
        Path folder = Files.createTempDirectory("keelson-engine");
        DockerEngineProcess process =
            DockerEngineProcess.start(
                new DockerEngineProcess.Settings(
                    folder.resolve("data"), folder.resolve("run"), folder.resolve("dockerd.log")));
        return new Running(folder, process, DockerEngine.at(process.endpoint()));
      } catch (IOException e) {
        throw new IllegalStateException("no folder for a private engine", e);
      } catch (InterruptedException e) {
        throw new IllegalStateException("interrupted while starting a private engine", e);
      }
    }

    @Override
    public void close() throws IOException {
      engine.close();
      process.close();
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == DockerEngine.class || type == DockerEngineProcess.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Running running =
        context
            .getRoot()
            .getStore(Namespace.create(PrivateEngine.class))
            .getOrComputeIfAbsent(Running.class, key -> Running.start(), Running.class);
    return parameter.getParameter().getType() == DockerEngine.class
        ? running.engine()
        : running.process();
  }
}
