package io.keelson.conformance.coverage;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.keelson.runtime.v1.VersionRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What of CRI v1 the tests assert: every RPC, and every field that is in a request or a reply,
 * however deep. Immutable.
 *
 * @param rpcs in the order of the protocol
 * @param fields by message and field, in alphabetical order of messages
 * @param unknown what tests claim to assert, or an exclusion names, that the protocol does not have
 */
public record Coverage(List<Rpc> rpcs, List<Field> fields, Set<String> unknown) {

  /**
   * An RPC.
   *
   * @param name such as {@code RuntimeService/StopContainer}
   * @param tests the tests that assert something of its request or its reply
   */
  public record Rpc(String name, Set<String> tests) {}

  /**
   * A field.
   *
   * @param message the name of its message
   * @param name its own name
   * @param tests the tests that assert what it means
   * @param reason why none does; empty when there is none
   */
  public record Field(String message, String name, Set<String> tests, String reason) {

    /** {@code Message.field}. */
    public String fullName() {
      return message + "." + name;
    }

    /** Whether neither a test asserts it nor a reason is given. */
    public boolean isMissing() {
      return tests.isEmpty() && reason.isEmpty();
    }
  }

  /** Copies the collections. */
  public Coverage {
    rpcs = List.copyOf(rpcs);
    fields = List.copyOf(fields);
    unknown = Set.copyOf(unknown);
  }

  /**
   * Compares tests with the protocol.
   *
   * @param covered the fields each test asserts, by the test's name
   */
  public static Coverage of(Map<String, List<String>> covered, Exclusions exclusions) {
    Map<String, Set<String>> testsByField = new TreeMap<>();
    covered.forEach((test, names) ->
        names.forEach(name -> testsByField.computeIfAbsent(name, _ -> new TreeSet<>()).add(test)));
    Map<String, Descriptor> messages = messages();
    List<Field> fields = new ArrayList<>();
    Set<String> unknown = new TreeSet<>(testsByField.keySet());
    unknown.addAll(exclusions.reasons().keySet());
    messages.forEach((message, descriptor) -> {
      unknown.remove(message + ".*");
      for (FieldDescriptor field : descriptor.getFields()) {
        String name = message + "." + field.getName();
        unknown.remove(name);
        fields.add(
            new Field(
                message,
                field.getName(),
                testsByField.getOrDefault(name, Set.of()),
                exclusions.reason(message, field.getName())));
      }
    });
    List<Rpc> rpcs =
        methods()
            .map(method ->
                new Rpc(
                    method.getService().getName() + "/" + method.getName(),
                    testsOf(method, testsByField)))
            .toList();
    return new Coverage(rpcs, fields, unknown);
  }

  private static Set<String> testsOf(MethodDescriptor rpc, Map<String, Set<String>> testsByField) {
    Set<String> tests = new TreeSet<>();
    for (Descriptor message : List.of(rpc.getInputType(), rpc.getOutputType())) {
      for (FieldDescriptor field : message.getFields()) {
        tests.addAll(
            testsByField.getOrDefault(message.getName() + "." + field.getName(), Set.of()));
      }
    }
    return tests;
  }

  private static Stream<MethodDescriptor> methods() {
    FileDescriptor protocol = VersionRequest.getDescriptor().getFile();
    return protocol.getServices().stream().map(ServiceDescriptor::getMethods).flatMap(List::stream);
  }

  /** Every message that a request or a reply is or holds, by its name. */
  private static Map<String, Descriptor> messages() {
    Map<String, Descriptor> found = new TreeMap<>();
    methods()
        .forEach(method -> {
          add(method.getInputType(), found);
          add(method.getOutputType(), found);
        });
    return found;
  }

  /** The entries of a map are no message to the protocol's users; what they hold may be one. */
  private static void add(Descriptor message, Map<String, Descriptor> found) {
    boolean fresh =
        message.getOptions().getMapEntry() || found.put(message.getName(), message) == null;
    if (fresh) {
      for (FieldDescriptor field : message.getFields()) {
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
          add(field.getMessageType(), found);
        }
      }
    }
  }

  /** The fields that neither a test asserts nor a reason excludes. */
  public List<String> missing() {
    return fields.stream().filter(Field::isMissing).map(Field::fullName).toList();
  }
}
