package dev.omniq.dashboard;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events to the pages that are open. Each page has a thread of the server and a short
 * queue: a page that does not keep up misses events, and holds up nobody. Thread-safe.
 */
final class LiveEvents implements AutoCloseable {
  private static final int MOST_PAGES = 100;
  private static final int MOST_WAITING = 32;
  private static final long HEARTBEAT_SECONDS = 10;
  private static final String END = "";

  private final Set<BlockingQueue<String>> pages = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  void publish(String event, Object data) {
    if (!pages.isEmpty()) {
      String text = "event: " + event + "\ndata: " + Json.text(data) + "\n\n";
      pages.forEach(page -> put(page, text));
    }
  }

  private static void put(BlockingQueue<String> page, String text) {
    while (!page.offer(text)) {
      page.poll();
    }
  }

  /** Sends events until the page is closed, or this is. */
  void serve(HttpServletResponse response) throws IOException {
    if (closed || pages.size() >= MOST_PAGES) {
      throw Problem.unavailable("More than " + MOST_PAGES + " pages follow already.");
    }
    BlockingQueue<String> page = new ArrayBlockingQueue<>(MOST_WAITING);
    pages.add(page);
    try {
      response.setContentType("text/event-stream; charset=utf-8");
      response.setHeader("X-Accel-Buffering", "no"); // proxies pass events on at once
      send(response.getOutputStream(), "retry: 2000\n\n");
      while (!closed) {
        @Nullable String text = page.poll(HEARTBEAT_SECONDS, TimeUnit.SECONDS);
        // A heartbeat finds out whether the page is still there.
        send(response.getOutputStream(), text == null ? ": still here\n\n" : text);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the server stops
    } finally {
      pages.remove(page);
    }
  }

  private static void send(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  @Override
  public void close() {
    closed = true;
    pages.forEach(page -> put(page, END));
  }
}
