package io.keelson.runtime.docker.log;

import com.github.dockerjava.api.model.LogConfig;
import java.nio.file.Path;

/** x. */
public final class ContainerLogs implements AutoCloseable {
  /** x. */
  public static ContainerLogs open(Path dir) {
    return new ContainerLogs();
  }

  /** x. */
  public static LogConfig logConfig() {
    return new LogConfig(LogConfig.LoggingType.JSON_FILE);
  }

  /** x. */
  public void follow(String id, Path spool, Path log) {}

  /** x. */
  public void drain(String id) throws InterruptedException {}

  /** x. */
  public void reopen(String id) throws InterruptedException {}

  /** x. */
  public void forget(String id) {}

  @Override
  public void close() {}
}
