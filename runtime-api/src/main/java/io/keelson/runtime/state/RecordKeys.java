package io.keelson.runtime.state;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keelson.runtime.spi.CriException;
import java.util.HexFormat;

/**
 * Record keys as file names. Letters, digits and {@code - _ .} stand for themselves, every other
 * byte of the key's UTF-8 form and a leading dot as {@code %XX}; no two keys share a name.
 */
final class RecordKeys {
  static final String SUFFIX = ".record";

  /** File names end at 255 bytes; this leaves room for the suffix. */
  private static final int MAX_NAME_BYTES = 240;

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private RecordKeys() {}

  static String fileName(String key) {
    if (key.isEmpty()) {
      throw CriException.invalidArgument("a record's key is empty; name the object");
    }
    StringBuilder name = new StringBuilder();
    for (byte b : key.getBytes(UTF_8)) {
      if (isPlain(b) && !(b == '.' && name.isEmpty())) {
        name.append((char) b);
      } else {
        name.append('%').append(HEX.toHexDigits(b));
      }
    }
    if (name.length() > MAX_NAME_BYTES) {
      throw CriException.invalidArgument(
          "record key \""
              + key.substring(0, Math.min(40, key.length()))
              + "...\" is too long: its file name would take "
              + name.length()
              + " bytes of at most "
              + MAX_NAME_BYTES);
    }
    return name + SUFFIX;
  }

  private static boolean isPlain(byte b) {
    return (b >= 'a' && b <= 'z')
        || (b >= 'A' && b <= 'Z')
        || (b >= '0' && b <= '9')
        || b == '-'
        || b == '_'
        || b == '.';
  }
}
