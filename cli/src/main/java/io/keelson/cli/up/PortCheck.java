package io.keelson.cli.up;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls the TCP ports a pod declares, on the pod's address and on the host ports mapped to them.
 *
 * @param where what was called, such as {@code http://10.89.0.2:8080/}
 * @param kind on which side
 * @param answers whether a connection was made
 * @param what the answer, or why there is none
 */
record PortCheck(String where, Kind kind, boolean answers, String what) {
  private static final int TIMEOUT_MILLIS = 3000;
  private static final int ANSWER_LIMIT = 16 * 1024;
  private static final int EXCERPT_LIMIT = 120;

  /** From where a port is called. */
  enum Kind {
    /** The pod's own address. */
    POD_IP,
    /** A port of this machine. */
    HOST_PORT
  }

  /** Every declared port of a pod and, right after it, its host port where it has one. */
  static List<PortCheck> of(Pod pod, String podIp) {
    List<PortCheck> checks = new ArrayList<>();
    FixedManifests.containers(pod)
        .map(Container::getPorts)
        .flatMap(List::stream)
        .filter(PortCheck::isTcp)
        .forEach(port -> {
          checks.add(call(Kind.POD_IP, podIp, port.getContainerPort()));
          if (port.getHostPort() != null) {
            checks.add(call(Kind.HOST_PORT, hostAddress(port), port.getHostPort()));
          }
        });
    return checks;
  }

  /** The host ports of a pod that somebody else listens on, each with its address. */
  static List<String> taken(Pod pod) {
    return FixedManifests.containers(pod)
        .map(Container::getPorts)
        .flatMap(List::stream)
        .filter(port -> isTcp(port) && port.getHostPort() != null)
        .filter(port -> !isFree(hostAddress(port), port.getHostPort()))
        .map(port -> hostAddress(port) + ":" + port.getHostPort())
        .toList();
  }

  private static boolean isTcp(ContainerPort port) {
    return port.getProtocol() == null || port.getProtocol().equals("TCP");
  }

  private static String hostAddress(ContainerPort port) {
    String address = port.getHostIP();
    return address == null || address.isEmpty() || address.equals("0.0.0.0")
        ? InetAddress.getLoopbackAddress().getHostAddress()
        : address;
  }

  private static boolean isFree(String address, int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(address, port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static PortCheck call(Kind kind, String address, int port) {
    String host = address.contains(":") ? "[" + address + "]" : address;
    String where = "http://" + host + ":" + port + "/";
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      String request = "GET / HTTP/1.0\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      byte[] answer = socket.getInputStream().readNBytes(ANSWER_LIMIT);
      return new PortCheck(where, kind, true, excerpt(new String(answer, StandardCharsets.UTF_8)));
    } catch (IOException e) {
      return new PortCheck(where, kind, false, String.valueOf(e.getMessage()));
    }
  }

  private static String excerpt(String answer) {
    if (!answer.startsWith("HTTP/")) {
      return "answers, though not in HTTP";
    }
    String status = answer.lines().findFirst().orElse("");
    int head = answer.indexOf("\r\n\r\n");
    String body = head < 0 ? "" : Display.printable(answer.substring(head));
    return Display.printable(status.substring(status.indexOf(' ') + 1))
        + (body.isEmpty() ? "" : ": " + body.substring(0, Math.min(EXCERPT_LIMIT, body.length())));
  }

  /** One line for people. */
  String text() {
    String side = kind == Kind.POD_IP ? "pod IP" : "host port";
    return "%s (%s): %s".formatted(where, side, answers ? what : "no answer, " + what);
  }
}
