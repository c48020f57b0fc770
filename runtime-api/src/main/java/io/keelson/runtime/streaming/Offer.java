package io.keelson.runtime.streaming;

import io.keelson.runtime.spi.StreamingSessions;
import io.keelson.runtime.v1.AttachRequest;
import io.keelson.runtime.v1.ExecRequest;
import io.keelson.runtime.v1.PortForwardRequest;

/**
 * What a client may do once with a URL it was given: a request that was checked, and who serves.
 */
sealed interface Offer {

  /** The path segment that stands before its token. */
  String verb();

  /** Who serves it. */
  StreamingSessions sessions();

  /** Run a command. */
  record Exec(ExecRequest request, StreamingSessions sessions) implements Offer {
    @Override
    public String verb() {
      return "exec";
    }
  }

  /** Join a container's process. */
  record Attach(AttachRequest request, StreamingSessions sessions) implements Offer {
    @Override
    public String verb() {
      return "attach";
    }
  }

  /** Connect to ports of a pod. */
  record PortForward(PortForwardRequest request, StreamingSessions sessions) implements Offer {
    @Override
    public String verb() {
      return "portforward";
    }
  }
}
