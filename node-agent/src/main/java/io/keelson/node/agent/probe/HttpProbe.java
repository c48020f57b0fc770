package io.keelson.node.agent.probe;

import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.HTTPHeader;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * One GET by HTTP/1.1 on a connection of its own, of whose answer only the status line is read.
 * Certificates are not verified, as kubelet does not: a probe asks whether a server answers, not
 * who it is. Redirects count as success and are not followed.
 */
final class HttpProbe {
  private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] (\\d{3})( .*)?");
  private static final int LINE_LIMIT = 8192;

  private HttpProbe() {}

  static ProbeOutcome get(HTTPGetAction action, String host, int port, Duration timeout) {
    boolean tls = "HTTPS".equals(action.getScheme());
    String path = Objects.requireNonNullElse(action.getPath(), "/");
    String url =
        "%s://%s:%d%s"
            .formatted(
                tls ? "https" : "http", host, port, path.startsWith("/") ? path : "/" + path);
    long deadline = System.nanoTime() + timeout.toNanos();
    try (Socket plain = new Socket()) {
      plain.connect(new InetSocketAddress(host, port), millisUntil(deadline));
      plain.setSoTimeout(millisUntil(deadline));
      try (Socket socket = tls ? overTls(plain, host, port) : plain) {
        send(socket.getOutputStream(), action, host, port, path);
        String line = readLine(socket, deadline);
        Matcher status = STATUS_LINE.matcher(line);
        if (!status.matches()) {
          return ProbeOutcome.failure(url + " answered what is not HTTP");
        }
        int code = Integer.parseInt(status.group(1));
        return code >= 200 && code < 400
            ? ProbeOutcome.SUCCESS
            : ProbeOutcome.failure("%s answered with status %d".formatted(url, code));
      }
    } catch (SocketTimeoutException e) {
      return ProbeOutcome.failure(
          "%s did not answer within %d s".formatted(url, timeout.toSeconds()));
    } catch (IOException | GeneralSecurityException e) {
      return ProbeOutcome.failure("%s: %s".formatted(url, e.getMessage()));
    }
  }

  private static void send(
      OutputStream to, HTTPGetAction action, String host, int port, String path)
      throws IOException {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Host", (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
    headers.put("User-Agent", "keelson-probe");
    headers.put("Accept", "*/*");
    for (HTTPHeader header : action.getHttpHeaders()) {
      headers.keySet().removeIf(name -> name.equalsIgnoreCase(header.getName()));
      headers.put(header.getName(), Objects.requireNonNullElse(header.getValue(), ""));
    }
    headers.keySet().removeIf(name -> name.equalsIgnoreCase("Connection"));
    StringBuilder request =
        new StringBuilder("GET ")
            .append(path.startsWith("/") ? path : "/" + path)
            .append(" HTTP/1.1\r\n");
    headers.forEach(
        (name, value) -> request.append(name).append(": ").append(value).append("\r\n"));
    request.append("Connection: close\r\n\r\n");
    OutputStream buffered = new BufferedOutputStream(to);
    buffered.write(request.toString().getBytes(StandardCharsets.UTF_8));
    buffered.flush();
  }

  /** Byte by byte, so that a server which drips its answer cannot outlast the deadline. */
  private static String readLine(Socket socket, long deadline) throws IOException {
    InputStream from = socket.getInputStream();
    StringBuilder line = new StringBuilder();
    while (line.length() < LINE_LIMIT) {
      socket.setSoTimeout(millisUntil(deadline));
      int next = from.read();
      if (next < 0) {
        throw new IOException("the connection ended without an answer");
      }
      if (next == '\n') {
        return line.toString().stripTrailing();
      }
      line.append((char) next);
    }
    throw new IOException("the status line has more than " + LINE_LIMIT + " characters");
  }

  private static int millisUntil(long deadline) throws SocketTimeoutException {
    long left = (deadline - System.nanoTime()) / 1_000_000;
    if (left <= 0) {
      throw new SocketTimeoutException();
    }
    return Math.toIntExact(Math.min(left, Integer.MAX_VALUE));
  }

  private static Socket overTls(Socket plain, String host, int port)
      throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new TrustsAll()}, null);
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true);
    socket.startHandshake();
    return socket;
  }

  private static final class TrustsAll implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
