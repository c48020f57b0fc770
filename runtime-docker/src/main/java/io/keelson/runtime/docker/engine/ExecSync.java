package io.keelson.runtime.docker.engine;

import io.keelson.runtime.v1.ExecSyncResponse;
import java.time.Duration;
import java.util.List;

/** x. */
public final class ExecSync {
  private ExecSync() {}

  /** x. */
  public static ExecSyncResponse run(DockerEngine e, String id, List<String> cmd, Duration t)
      throws InterruptedException {
    return ExecSyncResponse.getDefaultInstance();
  }
}
