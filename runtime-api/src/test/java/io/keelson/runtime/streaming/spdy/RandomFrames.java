package io.keelson.runtime.streaming.spdy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Makes frames of every kind, the same for the same seed. */
final class RandomFrames {
  private final Random random;

  RandomFrames(long seed) {
    random = new Random(seed);
  }

  List<SpdyFrame> some() {
    List<SpdyFrame> frames = new ArrayList<>();
    for (int i = random.nextInt(60); i >= 0; i--) {
      frames.add(one());
    }
    return frames;
  }

  byte[] payload(int length) {
    byte[] payload = new byte[length];
    new Random(length).nextBytes(payload);
    return payload;
  }

  private SpdyFrame one() {
    return switch (random.nextInt(9)) {
      case 0 -> new SpdyFrame.SynStream(id(), flag(), flag(), headers());
      case 1 -> new SpdyFrame.SynReply(id(), flag(), headers());
      case 2 -> new SpdyFrame.MoreHeaders(id(), flag(), headers());
      case 3 -> new SpdyFrame.RstStream(id(), random.nextInt(1, 12));
      case 4 -> new SpdyFrame.Settings(settings());
      case 5 -> new SpdyFrame.Ping(random.nextInt());
      case 6 -> new SpdyFrame.GoAway(id(), random.nextInt(3));
      case 7 -> new SpdyFrame.WindowUpdate(id(), random.nextInt(1, Integer.MAX_VALUE));
      default -> new SpdyFrame.Data(id(), flag(), random.nextInt(random.nextInt(1, 70_000)));
    };
  }

  private int id() {
    return random.nextInt(1, Integer.MAX_VALUE);
  }

  private boolean flag() {
    return random.nextBoolean();
  }

  private Map<Integer, Integer> settings() {
    Map<Integer, Integer> settings = new HashMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      settings.put(random.nextInt(1, 9), random.nextInt());
    }
    return settings;
  }

  private SpdyFrame.Headers headers() {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    for (int i = random.nextInt(8); i > 0; i--) {
      List<String> values = new ArrayList<>();
      for (int j = random.nextInt(3); j >= 0; j--) {
        values.add(text(random.nextInt(200)));
      }
      headers.put(text(random.nextInt(1, 20)), values);
    }
    return new SpdyFrame.Headers(headers);
  }

  private String text(int length) {
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      text.append(random.nextInt(20) == 0 ? 'ü' : (char) random.nextInt('a', 'z' + 1));
    }
    return text.toString();
  }
}
