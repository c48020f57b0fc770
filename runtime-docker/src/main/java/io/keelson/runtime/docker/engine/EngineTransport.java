package io.keelson.runtime.docker.engine;

import com.github.dockerjava.transport.DockerHttpClient;
import io.keelson.runtime.transport.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries docker-java's commands over unix sockets with blocking calls that suit virtual threads:
 * an interrupt ends a request at once, and a connection that the engine closed while idle (it was
 * restarted) is not used again. Thread-safe.
 */
final class EngineTransport implements DockerHttpClient {
  private static final Logger log = LoggerFactory.getLogger(EngineTransport.class);
  private static final int IDLE_LIMIT = 16;

  private final Endpoint endpoint;
  private final Semaphore permits;
  private final Deque<EngineConnection> idle = new ArrayDeque<>();
  private boolean closed;

  EngineTransport(Endpoint endpoint, int connectionLimit) {
    this.endpoint = endpoint;
    this.permits = new Semaphore(connectionLimit);
  }

  @Override
  public Response execute(Request request) {
    if (request.hijackedInput() != null) {
      throw new UnsupportedOperationException("hijacked streams are opened by HijackedStream");
    }
    try {
      permits.acquire();
    } catch (InterruptedException e) {
      // docker-java has no checked exception to say it with; DockerEngine unwraps it.
      throw new IllegalStateException(e);
    }
    EngineConnection connection = null;
    boolean answered = false;
    try {
      connection = take();
      send(connection, request);
      Answer answer = new Answer(connection, connection.readHead());
      answered = true;
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      if (!answered) {
        if (connection != null) {
          discard(connection);
        }
        permits.release();
      }
    }
  }

  private static void send(EngineConnection connection, Request request) throws IOException {
    InputStream body = request.body();
    if (request.bodyBytes() == null && body != null) {
      connection.send(request.method(), request.path(), request.headers(), body);
    } else {
      connection.send(request.method(), request.path(), request.headers(), request.bodyBytes());
    }
  }

  private EngineConnection take() throws IOException {
    while (true) {
      EngineConnection candidate;
      synchronized (idle) {
        candidate = idle.pollLast();
      }
      if (candidate == null) {
        return EngineConnection.open(endpoint);
      }
      if (candidate.isIdle()) {
        return candidate;
      }
      discard(candidate);
    }
  }

  private void giveBack(EngineConnection connection) {
    synchronized (idle) {
      if (!closed && idle.size() < IDLE_LIMIT) {
        idle.addLast(connection);
        return;
      }
    }
    discard(connection);
  }

  private static void discard(EngineConnection connection) {
    try {
      connection.close();
    } catch (IOException e) {
      log.debug("closing a connection to the engine failed", e);
    }
  }

  @Override
  public void close() {
    List<EngineConnection> left;
    synchronized (idle) {
      closed = true;
      left = List.copyOf(idle);
      idle.clear();
    }
    left.forEach(EngineTransport::discard);
  }

  private final class Answer implements Response {
    private final EngineConnection connection;
    private final EngineConnection.Head head;
    private final ResponseBody body;
    private boolean finished;

    Answer(EngineConnection connection, EngineConnection.Head head) throws IOException {
      this.connection = connection;
      this.head = head;
      this.body = new ResponseBody(connection, head);
    }

    @Override
    public int getStatusCode() {
      return head.status();
    }

    @Override
    public Map<String, List<String>> getHeaders() {
      return head.headers().entrySet().stream()
          .collect(Collectors.toMap(Map.Entry::getKey, entry -> List.of(entry.getValue())));
    }

    @Override
    public InputStream getBody() {
      return body;
    }

    @Override
    public synchronized void close() {
      if (finished) {
        return;
      }
      finished = true;
      if (isReusable()) {
        giveBack(connection);
      } else {
        discard(connection);
      }
      permits.release();
    }

    private boolean isReusable() {
      try {
        body.skipArrivedRest();
      } catch (IOException incomplete) {
        return false;
      }
      return body.isConnectionReusable() && head.keepsConnection();
    }
  }
}
