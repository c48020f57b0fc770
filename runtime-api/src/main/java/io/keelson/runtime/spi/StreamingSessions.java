package io.keelson.runtime.spi;

import io.keelson.runtime.v1.AttachRequest;
import io.keelson.runtime.v1.ExecRequest;
import java.io.IOException;

/**
 * Optional part of a backend: commands, terminals and ports that clients talk to while they run
 * ({@code Exec}, {@code Attach}, {@code PortForward}). The server does everything between the
 * client and these sessions. Thread-safe.
 */
public interface StreamingSessions {

  /**
   * Starts a command in a running container.
   *
   * @param request what to run, and which of stdin, stdout, stderr and a terminal it gets; the
   *     container's id is a full one
   * @throws CriException {@code NOT_FOUND} when there is no such container, {@code
   *     FAILED_PRECONDITION} when it does not run
   */
  ExecSession exec(ExecRequest request) throws InterruptedException;

  /**
   * Joins the streams of a running container's own process.
   *
   * @param request which streams; the container's id is a full one. Whether there is a terminal is
   *     the container's own matter
   * @throws CriException as {@link #exec}
   */
  ContainerSession attach(AttachRequest request) throws InterruptedException;

  /**
   * Connects to a TCP port as a process of the pod would to its own {@code localhost}: over IPv4,
   * and where nothing answers over IPv6.
   *
   * @param podSandboxId a full id
   * @param port 1 to 65535
   * @throws IOException when nothing listens there; the message is for the client's user
   * @throws CriException {@code NOT_FOUND} when there is no such sandbox, {@code
   *     FAILED_PRECONDITION} when it is stopped
   */
  PortConnection connect(String podSandboxId, int port) throws IOException, InterruptedException;
}
