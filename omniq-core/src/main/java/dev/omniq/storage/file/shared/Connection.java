package dev.omniq.storage.file.shared;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One end of a connection between two processes: a thread that reads {@link Frame frames} and one
 * that writes them, so that neither a caller nor a store ever waits for the other process, and no
 * interrupt of theirs reaches the channel. The two ends are alike.
 *
 * <p>What is sent is encoded by the writing thread, when its turn has come; what waits together is
 * written together.
 */
final class Connection implements AutoCloseable {
  /** The longest body of a first message, which may come from anybody. */
  static final int MOST_BEFORE_HELLO = 1_024;

  /** Calls of so many bytes may be under way; one of its own may be longer. */
  static final int MOST_UNDER_WAY = 16 << 20;

  private static final int BUFFER = 64 << 10;
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
  private static final Outgoing END = Optional::empty;

  /** Who is told of what arrives, on the reading thread. */
  interface Events {
    /**
     * A frame has arrived.
     *
     * @throws IOException if it makes no sense: the connection ends
     */
    void received(Frame frame) throws IOException;

    /**
     * Nothing more will arrive. Told once. What is sent may still arrive there.
     *
     * @param why empty if the other side ended between two frames; a {@link ProtocolException} if
     *     it said what makes no sense
     */
    void ended(Optional<IOException> why);

    /** Nothing more will be sent. Told once, on the writing thread. */
    default void closed() {}
  }

  /** What is to be sent. */
  @FunctionalInterface
  interface Outgoing {
    /** The frame, made when its turn has come; empty if there is nothing to send after all. */
    Optional<Frame> frame();
  }

  private final SocketChannel channel;
  private final Events events;
  private final int mostBytes;
  private final BlockingQueue<Outgoing> outgoing = new LinkedBlockingQueue<>();
  private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER).flip();
  private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER);
  private final Object underWay = new Object();
  private long bytesUnderWay;
  private boolean closed;
  private boolean greeted;

  /**
   * A connection over a channel that is connected.
   *
   * @param mostBytes the longest body that is read
   */
  Connection(SocketChannel channel, Events events, int mostBytes) {
    this.channel = channel;
    this.events = events;
    this.mostBytes = mostBytes;
  }

  /** Starts both threads. */
  void start(String name) {
    thread(this::read, name + "-reader").start();
    thread(this::write, name + "-writer").start();
  }

  private static Thread thread(Runnable work, String name) {
    var thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  /** From now on, messages may be long. For the reading thread. */
  void greeted() {
    greeted = true;
  }

  /** Sends a message after those before it; does nothing if the connection is closed. */
  void send(Outgoing message) {
    outgoing.add(message);
  }

  /** How many messages wait to be written. */
  int waiting() {
    return outgoing.size();
  }

  /** Closes the connection as soon as all is written that was sent until now. */
  void finish() {
    outgoing.add(END);
  }

  /** Reads no more: as if the other side had ended. */
  void stopReading() {
    try {
      channel.shutdownInput();
    } catch (IOException e) {
      close();
    }
  }

  /**
   * Waits until there is room for another call's bytes among those under way: who sends faster than
   * it is answered waits in its own socket. For the reading thread.
   */
  void reserve(int bytes) throws IOException {
    synchronized (underWay) {
      while (!closed && bytesUnderWay > 0 && bytesUnderWay + bytes > MOST_UNDER_WAY) {
        try {
          underWay.wait();
        } catch (InterruptedException e) {
          throw new IOException("interrupted; nobody may do that", e);
        }
      }
      if (closed) {
        throw new ClosedChannelException();
      }
      bytesUnderWay += bytes;
    }
  }

  /** Gives room back. */
  void release(int bytes) {
    synchronized (underWay) {
      bytesUnderWay -= bytes;
      underWay.notifyAll();
    }
  }

  private void read() {
    Optional<IOException> why = Optional.empty();
    try {
      for (Optional<Frame> frame = next(); frame.isPresent(); frame = next()) {
        events.received(frame.get());
      }
    } catch (IOException e) {
      why = Optional.of(e);
    } catch (RuntimeException | Error e) { // whatever it is, the other side must not wait for more
      LOG.error("a message could not be handled; its connection is closed", e);
      why = Optional.of(new IOException(e));
      close();
    } finally {
      events.ended(why);
    }
  }

  /** The next frame; empty at the end. */
  private Optional<Frame> next() throws IOException {
    if (!in.hasRemaining() && !fill()) {
      return Optional.empty();
    }
    var head = new byte[Frame.HEAD];
    get(head, 0);
    ByteBuffer fields = ByteBuffer.wrap(head);
    int length = fields.getInt();
    int most = greeted ? mostBytes : MOST_BEFORE_HELLO;
    if (length < 0 || length > most) {
      throw new ProtocolException(
          "a message of %d bytes, where at most %d are allowed"
              .formatted(Integer.toUnsignedLong(length), most));
    }
    Frame.Kind kind = Frame.Kind.of(fields.get());
    return Optional.of(new Frame(kind, fields.getLong(), body(length)));
  }

  /** Memory is taken as the bytes arrive, not as a length promises. */
  private byte[] body(int length) throws IOException {
    var body = new byte[Math.min(length, BUFFER)];
    get(body, 0);
    while (body.length < length) {
      int have = body.length;
      body = Arrays.copyOf(body, (int) Math.min(length, 2L * have));
      get(body, have);
    }
    return body;
  }

  private void get(byte[] bytes, int from) throws IOException {
    int at = from;
    while (at < bytes.length) {
      if (!in.hasRemaining() && !fill()) {
        throw new EOFException("the connection ended in the middle of a message");
      }
      int count = Math.min(in.remaining(), bytes.length - at);
      in.get(bytes, at, count);
      at += count;
    }
  }

  private boolean fill() throws IOException {
    in.clear();
    int count = channel.read(in);
    in.flip();
    return count >= 0;
  }

  private void write() {
    try {
      while (true) {
        Outgoing next = outgoing.poll();
        if (next == null) {
          flush();
          next = outgoing.take();
        }
        if (next.equals(END)) {
          flush();
          return;
        }
        Optional<Frame> frame = next.frame();
        if (frame.isPresent()) {
          put(frame.get());
        }
      }
    } catch (IOException | InterruptedException e) {
      LOG.debug("nothing more can be written to a connection", e);
    } catch (RuntimeException e) {
      LOG.error("a message could not be written; its connection is closed", e);
    } finally {
      close();
      events.closed();
    }
  }

  private void put(Frame frame) throws IOException {
    if (out.remaining() < Frame.HEAD) {
      flush();
    }
    out.putInt(frame.body().length).put(frame.kind().code()).putLong(frame.number());
    int at = 0;
    while (at < frame.body().length) {
      if (!out.hasRemaining()) {
        flush();
      }
      int count = Math.min(out.remaining(), frame.body().length - at);
      out.put(frame.body(), at, count);
      at += count;
    }
  }

  private void flush() throws IOException {
    out.flip();
    while (out.hasRemaining()) {
      channel.write(out);
    }
    out.clear();
  }

  /** Ends the connection now. */
  @Override
  public void close() {
    synchronized (underWay) {
      closed = true;
      underWay.notifyAll();
    }
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("a connection could not be closed in good order", e);
    }
    outgoing.add(END);
  }
}
