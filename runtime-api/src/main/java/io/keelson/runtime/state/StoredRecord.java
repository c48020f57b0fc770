package io.keelson.runtime.state;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * One record as its file holds it, for readers that do not know its type beforehand.
 *
 * @param key the key it was stored under
 * @param record the message; its type URL ends with the full name of its type
 */
public record StoredRecord(String key, Any record) {

  /**
   * Reads one record file.
   *
   * @throws IOException when the file cannot be read
   * @throws UnreadableRecordException when what it holds is not a whole record
   */
  public static StoredRecord read(Path file) throws IOException, UnreadableRecordException {
    return decode(Files.readAllBytes(file));
  }

  static StoredRecord decode(byte[] content) throws UnreadableRecordException {
    RecordFile file;
    try {
      file = RecordFile.parseFrom(content);
    } catch (InvalidProtocolBufferException e) {
      throw new UnreadableRecordException(
          "its " + content.length + " bytes are no record: " + e.getMessage());
    }
    StoredRecord stored = new StoredRecord(file.getKey(), file.getRecord());
    if (!file.hasChecksum() || file.getChecksum() != stored.checksum()) {
      throw new UnreadableRecordException(
          "its checksum does not match: it was cut short or changed from outside");
    }
    return stored;
  }

  static byte[] encode(String key, Message record) {
    StoredRecord stored = new StoredRecord(key, Any.pack(record));
    return RecordFile.newBuilder()
        .setKey(key)
        .setRecord(stored.record())
        .setChecksum(stored.checksum())
        .build()
        .toByteArray();
  }

  private int checksum() {
    CRC32C crc = new CRC32C();
    update(crc, ByteBuffer.wrap(key.getBytes(UTF_8)));
    update(crc, ByteBuffer.wrap(record.getTypeUrl().getBytes(UTF_8)));
    update(crc, record.getValue().asReadOnlyByteBuffer());
    return (int) crc.getValue();
  }

  private static void update(CRC32C crc, ByteBuffer part) {
    crc.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, part.remaining()));
    crc.update(part);
  }
}
