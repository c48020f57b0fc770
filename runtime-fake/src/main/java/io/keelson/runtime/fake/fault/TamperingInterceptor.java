package io.keelson.runtime.fake.fault;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Lets calls be tampered with. Thread-safe. */
final class TamperingInterceptor implements ServerInterceptor {
  private final Map<MethodDescriptor<?, ?>, Tampering<?, ?>> tamperings = new HashMap<>();

  TamperingInterceptor(List<Tampering<?, ?>> tamperings) {
    tamperings.forEach(tampering -> this.tamperings.put(tampering.method, tampering));
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    @SuppressWarnings("unchecked") // the key is the tampering's method, which has its types
    Tampering<Q, R> tampering = (Tampering<Q, R>) tamperings.get(call.getMethodDescriptor());
    if (tampering == null) {
      return next.startCall(call, headers);
    }
    TamperedCall<Q, R> tampered = new TamperedCall<>(call, tampering);
    return new SimpleForwardingServerCallListener<>(next.startCall(tampered, headers)) {
      @Override
      public void onMessage(Q message) {
        try {
          Q changed = tampering.request(message);
          tampered.request = changed;
          super.onMessage(changed);
        } catch (StatusRuntimeException e) {
          tampered.fail(e.getStatus());
        }
      }

      @Override
      public void onHalfClose() {
        if (!tampered.failed.get()) {
          super.onHalfClose();
        }
      }
    };
  }

  private static final class TamperedCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final Tampering<Q, R> tampering;
    private final AtomicBoolean failed = new AtomicBoolean();
    private volatile @Nullable Q request;
    private boolean headersSent;

    TamperedCall(ServerCall<Q, R> call, Tampering<Q, R> tampering) {
      super(call);
      this.tampering = tampering;
    }

    void fail(Status status) {
      if (failed.compareAndSet(false, true)) {
        super.close(status, new Metadata());
      }
    }

    @Override
    public void sendHeaders(Metadata headers) {
      headersSent = true;
      super.sendHeaders(headers);
    }

    @Override
    public void sendMessage(R message) {
      if (failed.get()) {
        return;
      }
      try {
        tampering.replies(received(), message).forEach(super::sendMessage);
      } catch (StatusRuntimeException e) {
        fail(e.getStatus());
      }
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (failed.get()) {
        return;
      }
      Q received = request;
      if (status.isOk() || received == null) {
        super.close(status, trailers);
        return;
      }
      try {
        R instead = tampering.insteadOf(status, received);
        if (!headersSent) {
          super.sendHeaders(new Metadata());
        }
        super.sendMessage(instead);
        super.close(Status.OK, new Metadata());
      } catch (StatusRuntimeException e) {
        super.close(e.getStatus(), trailers);
      }
    }

    private Q received() {
      Q received = request;
      if (received == null) {
        throw new IllegalStateException("a reply before the request of " + tampering.method);
      }
      return received;
    }
  }
}
