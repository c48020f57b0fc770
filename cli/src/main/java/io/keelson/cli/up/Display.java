package io.keelson.cli.up;

import io.keelson.node.agent.ContainerView;
import io.keelson.node.agent.PodView;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;

/**
 * Shows lines as they come and, below them, how each pod and container is: redrawn in place where a
 * person reads along, else a line for each change. Printing is done by one thread, so that a
 * terminal that has stopped holds up those who print lines, but never the pods.
 */
final class Display implements AutoCloseable {
  private static final int LINES_WAITING = 256;
  private static final String ERASE_BELOW = "\u001b[J";
  private static final String WRAP_OFF = "\u001b[?7l";
  private static final String WRAP_ON = "\u001b[?7h";
  private static final String GREEN = "\u001b[32m";
  private static final String PLAIN = "\u001b[0m";

  private final PrintStream out;
  private final boolean redraws;
  private final boolean coloured;
  private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(LINES_WAITING);
  private final Semaphore news = new Semaphore(0);
  private final PodBoard board = new PodBoard(news::release);
  private final Thread thread;
  private Map<String, String> shown = Map.of();
  private int drawn;
  private volatile boolean closing;

  private record State(String text, boolean up) {}

  /**
   * Begins to show.
   *
   * @param out where to
   * @param redraws whether it is a terminal
   * @param coloured whether it likes colour
   */
  Display(PrintStream out, boolean redraws, boolean coloured) {
    this.out = out;
    this.redraws = redraws;
    this.coloured = coloured;
    this.thread = Thread.ofPlatform().name("display").daemon().start(this::show);
  }

  /** The pods that are shown. */
  PodBoard board() {
    return board;
  }

  /** Prints a line, as soon as there is room for it. */
  void print(String line) throws InterruptedException {
    lines.put(line);
    news.release();
  }

  private void show() {
    try {
      boolean last;
      do {
        news.acquire();
        news.drainPermits();
        // Read before the lines are taken: what was printed before the end is still shown.
        last = closing;
        update();
      } while (!last);
      out.flush();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void update() {
    StringBuilder text = new StringBuilder();
    if (redraws && drawn > 0) {
      text.append("\u001b[").append(drawn).append('F').append(ERASE_BELOW);
    }
    List<String> waiting = new ArrayList<>();
    lines.drainTo(waiting);
    waiting.forEach(line -> text.append(line).append('\n'));
    Map<String, State> states = states(board.pods());
    if (redraws) {
      text.append(WRAP_OFF);
      states.forEach((name, state) -> text.append(coloured(name, state)).append('\n'));
      text.append(WRAP_ON);
      drawn = states.size();
    } else {
      states.forEach((name, state) -> {
        if (!state.text().equals(shown.get(name))) {
          text.append(coloured(name, state)).append('\n');
        }
      });
      for (String name : shown.keySet()) {
        if (!states.containsKey(name) && !name.contains(" ")) {
          text.append("%-20s removed%n".formatted(name));
        }
      }
    }
    Map<String, String> now = new LinkedHashMap<>();
    states.forEach((name, state) -> now.put(name, state.text()));
    shown = now;
    out.print(text);
    out.flush();
  }

  private String coloured(String name, State state) {
    String line = "%-20s %s".formatted(name, state.text());
    return coloured && state.up() ? GREEN + line + PLAIN : line;
  }

  /** A line for each pod and, its name followed by a space and theirs, for its containers. */
  private static Map<String, State> states(List<PodView> pods) {
    Map<String, State> states = new LinkedHashMap<>();
    for (PodView pod : pods) {
      states.put(pod.name(), new State(describe(pod), PodBoard.isUp(pod)));
      for (ContainerView container : pod.containers()) {
        states.put(
            pod.name() + " " + container.name(), new State(describe(container), container.ready()));
      }
    }
    return states;
  }

  private static String describe(PodView pod) {
    StringBuilder text = new StringBuilder(pod.phase());
    if (pod.terminating()) {
      text.append(", ending");
    } else if (pod.ready()) {
      text.append(", ready");
    }
    if (!pod.ips().isEmpty()) {
      text.append(", pod IP ").append(String.join(" ", pod.ips()));
    }
    if (!pod.lastError().isEmpty()) {
      text.append(": ").append(printable(pod.lastError()));
    }
    return text.toString();
  }

  /** What keeps a pod from being up, in one line. */
  static String trouble(PodView pod) {
    StringBuilder text = new StringBuilder(describe(pod));
    for (ContainerView container : pod.containers()) {
      if (!container.ready()) {
        text.append("; ").append(container.name()).append(" ").append(describe(container));
      }
    }
    return text.toString();
  }

  private static String describe(ContainerView container) {
    StringBuilder text = new StringBuilder(container.state().name().toLowerCase(Locale.ROOT));
    if (container.ready()) {
      text.append(", ready");
    }
    if (container.exitCode().isPresent()) {
      text.append(", exit code ").append(container.exitCode().getAsInt());
    }
    if (container.restarts() > 0) {
      text.append(", restarts: ").append(container.restarts());
    }
    if (!container.reason().isEmpty()) {
      text.append(", ").append(printable(container.reason()));
    }
    if (!container.message().isEmpty()) {
      text.append(": ").append(printable(container.message()));
    }
    return text.toString();
  }

  /** The text without what could steer a terminal. */
  static String printable(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c -> safe.appendCodePoint(Character.isISOControl(c) && c != '\t' ? ' ' : c));
    return safe.toString().strip();
  }

  /** Shows what is still to be shown, and ends. Repeatable. */
  @Override
  public void close() throws InterruptedException {
    closing = true;
    news.release();
    thread.join();
  }
}
