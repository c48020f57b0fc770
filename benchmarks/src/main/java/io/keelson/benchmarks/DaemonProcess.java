package io.keelson.benchmarks;

import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.transport.Endpoint;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A daemon's process and the client that talks to it. */
final class DaemonProcess {
  private static final Duration START_LIMIT = Duration.ofMinutes(1);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

  private final Process process;
  private final RuntimeClient client;
  private final Duration startTime;

  private DaemonProcess(Process process, RuntimeClient client, Duration startTime) {
    this.process = process;
    this.client = client;
    this.startTime = startTime;
  }

  /** Starts a command that serves CRI on {@code socket}, and waits for the first answer. */
  static DaemonProcess start(List<String> command, Path socket, Path log)
      throws IOException, InterruptedException {
    RuntimeClient client = RuntimeClient.connect(new Endpoint.Unix(socket));
    long begun = System.nanoTime();
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    while (!answers(socket)) {
      if (!process.isAlive() || System.nanoTime() - begun > START_LIMIT.toNanos()) {
        throw new IOException(command.getFirst() + " did not come up; see " + log);
      }
      TimeUnit.MILLISECONDS.sleep(2);
    }
    client.awaitReady(START_LIMIT);
    return new DaemonProcess(process, client, Duration.ofNanos(System.nanoTime() - begun));
  }

  private static boolean answers(Path socket) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      return false;
    }
  }

  Duration startTime() {
    return startTime;
  }

  RuntimeClient client() {
    return client;
  }

  ProcessUse use() throws IOException {
    return ProcessUse.of(process.pid());
  }

  /** Ends the process as a crash does; the client stays, and finds the next one. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  void stop() throws InterruptedException {
    client.close();
    process.destroy();
    if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
