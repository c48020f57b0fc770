package io.keelson.runtime.fake.fault;

import io.grpc.MethodDescriptor;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.keelson.runtime.fake.FakeBackend;
import io.keelson.runtime.spi.CallInterception;
import io.keelson.runtime.spi.RuntimeBackend;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A fault of what Keelson's server does for every backend, or that shows in replies only: calls are
 * tampered with on their way in or out.
 *
 * @param tamperings makes what tampers with the calls, each of another RPC, with no memory yet
 */
record CallFault(String name, String wrong, Supplier<List<Tampering<?, ?>>> tamperings)
    implements Fault {

  /** The requests of an RPC are understood wrongly. */
  static <Q, R> Fault request(
      String name, String wrong, MethodDescriptor<Q, R> method, UnaryOperator<Q> change) {
    return new CallFault(name, wrong, () -> List.of(Tampering.request(method, change)));
  }

  /** The replies of an RPC are wrong. */
  static <Q, R> Fault reply(
      String name, String wrong, MethodDescriptor<Q, R> method, UnaryOperator<R> change) {
    return new CallFault(
        name, wrong, () -> List.of(Tampering.reply(method, (_, reply) -> change.apply(reply))));
  }

  /** An RPC fails with one code where another is due. */
  static <Q, R> Fault code(
      String name, String wrong, MethodDescriptor<Q, R> method, Status.Code due, Status.Code code) {
    return new CallFault(name, wrong, () -> List.of(Tampering.code(method, due, code)));
  }

  /** The failures of an RPC are hidden. */
  static <Q, R> Fault success(
      String name, String wrong, MethodDescriptor<Q, R> method, R insteadOfFailure) {
    return new CallFault(name, wrong, () -> List.of(Tampering.success(method, insteadOfFailure)));
  }

  @Override
  public RuntimeBackend plant(FakeBackend healthy) {
    return new Interception(healthy, this);
  }

  private static final class Interception extends ForwardingBackend implements CallInterception {
    private final CallFault fault;

    Interception(FakeBackend healthy, CallFault fault) {
      super(healthy);
      this.fault = fault;
    }

    @Override
    public ServerInterceptor callInterceptor() {
      return new TamperingInterceptor(fault.tamperings().get());
    }
  }
}
