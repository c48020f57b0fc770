package io.keelson.runtime.streaming.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class BoundedPipeTest {
  private final AtomicInteger taken = new AtomicInteger();
  private final BoundedPipe pipe = new BoundedPipe(1000, taken::addAndGet);

  static List<Long> seeds() {
    return new Random(7).longs(30).boxed().toList();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void bytesComeOutInOrderWhateverSizesAreWrittenAndRead(long seed) throws Exception {
    Random random = new Random(seed);
    byte[] sent = new byte[random.nextInt(100_000)];
    random.nextBytes(sent);
    FutureTask<?> writer =
        started(() -> {
          Random sizes = new Random(seed + 1);
          int done = 0;
          while (done < sent.length) {
            int count = Math.min(sent.length - done, sizes.nextInt(1, 3000));
            pipe.write(sent, done, count);
            done += count;
          }
          pipe.end();
          return sent;
        });

    ByteArrayOutputStream received = new ByteArrayOutputStream();
    byte[] chunk = new byte[2000];
    int count = pipe.source().read(chunk, 0, 1);
    while (count >= 0) {
      received.write(chunk, 0, count);
      count = pipe.source().read(chunk, 0, random.nextInt(1, chunk.length));
    }

    writer.get();
    assertThat(received.toByteArray()).isEqualTo(sent);
    assertThat(taken).hasValue(sent.length);
  }

  @Test
  void aWriterThatIsAheadWaitsAndAFailureEndsItsWait() throws Exception {
    FutureTask<?> writer =
        started(() -> {
          pipe.write(new byte[1001], 0, 1001);
          return pipe;
        });
    await().until(() -> pipe.source().available() == 1000);
    assertThat(writer.isDone()).isFalse();

    pipe.fail(new IOException("broken off"));

    assertThatThrownBy(writer::get).hasMessageContaining("broken off");
    assertThatThrownBy(() -> pipe.source().read()).hasMessage("broken off");
  }

  @Test
  void whatWasWrittenBeforeTheEndIsReadEvenAfterAFailure() throws Exception {
    pipe.write(new byte[] {1, 2}, 0, 2);
    pipe.end();
    pipe.fail(new IOException("too late to matter"));

    assertThat(pipe.source().readAllBytes()).containsExactly(1, 2);
  }

  @Test
  void aReaderThatLeavesFreesTheWriter() throws Exception {
    FutureTask<?> writer =
        started(() -> {
          pipe.write(new byte[5000], 0, 5000);
          return pipe;
        });
    await().until(() -> pipe.source().available() == 1000);

    pipe.source().close();

    writer.get();
    assertThat(taken).as("every byte is accounted for").hasValue(5000);
  }

  private static <T> FutureTask<T> started(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.startVirtualThread(task);
    return task;
  }
}
