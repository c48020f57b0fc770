package io.keelson.runtime.v1;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Compares the compiled protocol with the table of what CRI v1 defines, both ways. */
class CriProtocolTest {
  private static List<String> table = List.of();
  private static List<String> compiled = List.of();

  @BeforeAll
  static void readBothSides() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(CriProtocolTest.class.getResourceAsStream("cri-v1.tsv"))) {
      table = new String(in.readAllBytes(), UTF_8).lines().toList();
    }
    compiled = rowsOf(CriProto.getDescriptor());
  }

  @Test
  void everyRowOfTheTableIsInTheCompiledProtocol() {
    assertThat(table).isNotEmpty().isSubsetOf(compiled);
  }

  @Test
  void theCompiledProtocolHoldsNothingBeyondTheTable() {
    assertThat(compiled).isSubsetOf(table).doesNotHaveDuplicates().hasSameSizeAs(table);
  }

  @Test
  void thereAre43Rpcs() {
    assertThat(compiled).filteredOn(row -> row.startsWith("rpc\t")).hasSize(43);
  }

  private static List<String> rowsOf(FileDescriptor file) {
    List<String> rows = new ArrayList<>();
    rows.add(
        row(
            "file",
            Path.of(file.getName()).getFileName(),
            "package=" + file.getPackage(),
            "syntax=" + file.toProto().getSyntax()));
    for (ServiceDescriptor service : file.getServices()) {
      rows.add(row("service", service.getName()));
      for (MethodDescriptor rpc : service.getMethods()) {
        rows.add(rowOf(rpc));
      }
    }
    file.getEnumTypes().forEach(type -> addRows(type, rows));
    file.getMessageTypes().forEach(type -> addRows(type, rows));
    return rows;
  }

  private static String rowOf(MethodDescriptor rpc) {
    String streaming =
        (rpc.isClientStreaming() ? "client-stream" : "")
            + (rpc.isServerStreaming() ? "server-stream" : "");
    return row(
        "rpc",
        rpc.getService().getName(),
        rpc.getName(),
        relative(rpc.getInputType().getFullName()),
        relative(rpc.getOutputType().getFullName()),
        streaming.isEmpty() ? "unary" : streaming);
  }

  private static void addRows(EnumDescriptor type, List<String> rows) {
    type.getValues()
        .forEach(value ->
            rows.add(
                row("enum", relative(type.getFullName()), value.getName(), value.getNumber())));
  }

  private static void addRows(Descriptor type, List<String> rows) {
    String name = relative(type.getFullName());
    rows.add(row("message", name, "fields=" + type.getFields().size()));
    type.getFields().forEach(field -> rows.add(rowOf(name, field)));
    type.getEnumTypes().forEach(nested -> addRows(nested, rows));
    type.getNestedTypes().stream()
        .filter(nested -> !nested.getOptions().getMapEntry())
        .forEach(nested -> addRows(nested, rows));
  }

  private static String rowOf(String message, FieldDescriptor field) {
    String type = typeOf(field);
    String cardinality = field.isRepeated() ? "repeated" : "singular";
    if (field.isMapField()) {
      Descriptor entry = field.getMessageType();
      type = "map";
      cardinality =
          "map<%s,%s>"
              .formatted(
                  typeOf(entry.findFieldByName("key")), typeOf(entry.findFieldByName("value")));
    }
    String flags =
        (field.getOptions().getDeprecated() ? "\tdeprecated" : "")
            + (field.getOptions().getDebugRedact() ? "\t\tdebug_redact" : "")
            + (field.toProto().getProto3Optional() ? "\toptional" : "")
            + (field.getContainingOneof() != null ? "\toneof" : "");
    return row("field", message, field.getNumber(), field.getName(), type, cardinality) + flags;
  }

  private static String typeOf(FieldDescriptor field) {
    return switch (field.getType()) {
      case MESSAGE -> relative(field.getMessageType().getFullName());
      case ENUM -> relative(field.getEnumType().getFullName());
      default -> field.getType().name().toLowerCase(Locale.ROOT);
    };
  }

  private static String relative(String fullName) {
    return fullName.substring("runtime.v1.".length());
  }

  private static String row(Object... columns) {
    return String.join("\t", List.of(columns).stream().map(Object::toString).toList());
  }
}
