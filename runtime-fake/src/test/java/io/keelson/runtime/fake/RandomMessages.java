package io.keelson.runtime.fake;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Random;

/**
 * Messages of any type with fields that are right, odd, or nonsense. What is likely to be right is
 * frequent enough for some of them to get past the checks.
 */
final class RandomMessages {
  private static final int DEPTH_LIMIT = 6;

  private static final List<String> TEXTS =
      List.of(
          "",
          "a",
          "web",
          "/",
          "/var/log/pods",
          "/etc/../etc/passwd",
          "relative/path",
          "busybox",
          "registry.example/team/app:1",
          "registry.example/team/app@sha256:" + "0".repeat(64),
          "sha256:" + "f".repeat(64),
          "10.0.0.1",
          "::1",
          "-1",
          "name with spaces",
          "two\nlines",
          "a\0b",
          "\u001b[31mred",
          "\u00fc\u4e16\ud83d\ude80",
          "%s%n%x",
          "../../..",
          "x".repeat(300),
          "y".repeat(70_000));

  private static final long[] NUMBERS = {
    0,
    1,
    2,
    3,
    80,
    1000,
    1024,
    65535,
    65536,
    -1,
    -1000,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    1L << 33
  };

  private final Random random;
  private final List<String> ids;

  /**
   * Creates a source.
   *
   * @param ids of what exists; read each time
   */
  RandomMessages(Random random, List<String> ids) {
    this.random = random;
    this.ids = ids;
  }

  /** A message of the same type as another one, which it begins with. */
  Message like(Message start) {
    Message.Builder builder = start.toBuilder();
    fill(builder, 0);
    return builder.build();
  }

  private void fill(Message.Builder builder, int depth) {
    for (FieldDescriptor field : builder.getDescriptorForType().getFields()) {
      if (random.nextInt(4) > 0 || depth > DEPTH_LIMIT) {
        continue;
      }
      if (field.isMapField()) {
        builder.clearField(field);
      }
      if (field.isRepeated()) {
        for (int i = random.nextInt(4); i > 0; i--) {
          builder.addRepeatedField(field, value(builder, field, depth));
        }
      } else {
        builder.setField(field, value(builder, field, depth));
      }
    }
  }

  private Object value(Message.Builder builder, FieldDescriptor field, int depth) {
    return switch (field.getJavaType()) {
      case INT -> (int) number();
      case LONG -> number();
      case FLOAT -> (float) number();
      case DOUBLE -> (double) number();
      case BOOLEAN -> random.nextBoolean();
      case STRING -> text(field);
      case BYTE_STRING -> ByteString.copyFromUtf8(text(field));
      case ENUM -> enumValue(field);
      case MESSAGE -> {
        Message.Builder nested = builder.newBuilderForField(field);
        fill(nested, depth + 1);
        yield nested.build();
      }
    };
  }

  private long number() {
    return random.nextInt(8) == 0 ? random.nextLong() : NUMBERS[random.nextInt(NUMBERS.length)];
  }

  private String text(FieldDescriptor field) {
    if (field.getName().endsWith("id") && !ids.isEmpty() && random.nextInt(3) > 0) {
      return ids.get(random.nextInt(ids.size()));
    }
    return TEXTS.get(random.nextInt(TEXTS.size()));
  }

  private EnumValueDescriptor enumValue(FieldDescriptor field) {
    List<EnumValueDescriptor> known = field.getEnumType().getValues();
    return random.nextInt(10) == 0
        ? field.getEnumType().findValueByNumberCreatingIfUnknown(random.nextInt())
        : known.get(random.nextInt(known.size()));
  }
}
