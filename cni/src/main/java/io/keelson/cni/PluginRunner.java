package io.keelson.cni;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Speaks the protocol to one plugin: its environment, its input, its answer or its error. */
final class PluginRunner {
  /** How much of a plugin's own words goes into a message. */
  private static final int MAX_QUOTED = 2_000;

  private static final byte[] VERSION_REQUEST =
      ("{\"cniVersion\":\"" + SpecVersion.LATEST + "\"}").getBytes(StandardCharsets.UTF_8);

  private final PluginDirectories directories;
  private final PluginInvoker invoker;

  PluginRunner(PluginDirectories directories, PluginInvoker invoker) {
    this.directories = directories;
    this.invoker = invoker;
  }

  /** One plugin's turn in an operation on an attachment; the plugin's answer, not interpreted. */
  byte[] run(
      String command,
      NetworkConfiguration network,
      PluginConfiguration plugin,
      Attachment attachment,
      @Nullable NetworkResult previous,
      Duration timeLimit)
      throws InterruptedException {
    Path namespace = attachment.networkNamespace();
    Map<String, String> environment =
        environment(
            command,
            attachment.containerId(),
            namespace == null ? "" : namespace.toString(),
            attachment.interfaceName(),
            attachment.arguments().entrySet().stream()
                .map(argument -> argument.getKey() + "=" + argument.getValue())
                .collect(Collectors.joining(";")));
    String subject =
        command + " of " + attachment.containerId() + " on network '" + network.name() + "'";
    byte[] input = input(network, plugin, attachment.capabilities(), previous);
    return invoke(plugin.type(), subject, environment, input, timeLimit);
  }

  /** One plugin's turn in an operation on the network itself. */
  void run(
      String command, NetworkConfiguration network, PluginConfiguration plugin, Duration timeLimit)
      throws InterruptedException {
    invoke(
        plugin.type(),
        command + " of network '" + network.name() + "'",
        environment(command, "", "", "", ""),
        input(network, plugin, CapabilityArguments.NONE, null),
        timeLimit);
  }

  /** Plugins from before this command want the variables of the others to be set. */
  byte[] version(String pluginType, Duration timeLimit) throws InterruptedException {
    Map<String, String> environment = environment("VERSION", "dummy", "dummy", "dummy", "");
    environment.put("CNI_PATH", "dummy");
    return invoke(pluginType, "VERSION", environment, VERSION_REQUEST, timeLimit);
  }

  private Map<String, String> environment(
      String command,
      String containerId,
      String namespace,
      String interfaceName,
      String arguments) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("CNI_COMMAND", command);
    environment.put("CNI_CONTAINERID", containerId);
    environment.put("CNI_NETNS", namespace);
    environment.put("CNI_IFNAME", interfaceName);
    environment.put("CNI_ARGS", arguments);
    environment.put("CNI_PATH", directories.asVariable());
    return environment;
  }

  private static byte[] input(
      NetworkConfiguration network,
      PluginConfiguration plugin,
      CapabilityArguments capabilities,
      @Nullable NetworkResult previous) {
    ObjectNode input = plugin.copy();
    input.put("name", network.name());
    input.put("cniVersion", network.version().toString());
    if (previous != null) {
      input.set("prevResult", previous.as(network.version()).copy());
    }
    ObjectNode asked = capabilities.only(plugin.capabilities());
    if (!asked.isEmpty()) {
      input.set("runtimeConfig", asked);
    }
    return Json.write(input);
  }

  private byte[] invoke(
      String pluginType,
      String subject,
      Map<String, String> environment,
      byte[] input,
      Duration timeLimit)
      throws InterruptedException {
    PluginCall call = new PluginCall(directories.find(pluginType), environment, input, timeLimit);
    PluginOutcome outcome;
    try {
      outcome = invoker.invoke(call);
    } catch (IOException e) {
      throw new PluginException(
          pluginType,
          PluginException.NO_CODE,
          subject + ": CNI plugin " + call.program() + " " + e.getMessage(),
          e);
    }
    if (outcome.exitStatus() != 0) {
      throw failure(pluginType, subject, outcome);
    }
    return outcome.output();
  }

  private static PluginException failure(String type, String subject, PluginOutcome outcome) {
    StringBuilder message = new StringBuilder(subject).append(": CNI plugin ").append(type);
    int code = PluginException.NO_CODE;
    String errors = quoted(outcome.errors());
    if (outcome.output().length == 0) {
      message.append(" ended with status ").append(outcome.exitStatus());
      message.append(errors.isEmpty() ? " without an error message" : ": " + errors);
      return new PluginException(type, code, message.toString(), null);
    }
    try {
      ObjectNode error = Json.readObject(outcome.output());
      code = error.path("code").asInt(PluginException.NO_CODE);
      message.append(" failed: ").append(quoted(error.path("msg").asText("")));
      String details = quoted(error.path("details").asText(""));
      if (!details.isEmpty()) {
        message.append("; ").append(details);
      }
      message.append(" (code ").append(code).append(')');
    } catch (Json.MalformedException e) {
      message.append(" ended with status ").append(outcome.exitStatus());
      message.append(" and no error in JSON: ");
      message.append(quoted(new String(outcome.output(), StandardCharsets.UTF_8)));
    }
    if (!errors.isEmpty()) {
      message.append("; its standard error: ").append(errors);
    }
    return new PluginException(type, code, message.toString(), null);
  }

  /** A plugin's words in one line, without what could harm a terminal or a log. */
  private static String quoted(String text) {
    String line = text.strip().replaceAll("\\s+", " ").replaceAll("\\p{Cntrl}", "?");
    return line.length() <= MAX_QUOTED ? line : line.substring(0, MAX_QUOTED) + " ...";
  }
}
