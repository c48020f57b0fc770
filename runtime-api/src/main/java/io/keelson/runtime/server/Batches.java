package io.keelson.runtime.server;

import com.google.protobuf.MessageLite;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Cuts a long list into messages bounded in items and bytes, each item in exactly one of them. */
final class Batches {
  private static final int ITEM_LIMIT = 1000;
  private static final int BYTE_LIMIT = 1024 * 1024;

  private Batches() {}

  /** Sends {@code items} in order; nothing at all for an empty list. */
  static <I extends MessageLite, M> void send(
      List<I> items, Function<List<I>, M> message, CallRunner.Sender<M> sender)
      throws InterruptedException {
    List<I> batch = new ArrayList<>();
    long bytes = 0;
    for (I item : items) {
      if (!batch.isEmpty()
          && (batch.size() == ITEM_LIMIT || bytes + item.getSerializedSize() > BYTE_LIMIT)) {
        sender.send(message.apply(batch));
        batch.clear();
        bytes = 0;
      }
      batch.add(item);
      bytes += item.getSerializedSize();
    }
    if (!batch.isEmpty()) {
      sender.send(message.apply(batch));
    }
  }
}
