package dev.omniq.task;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.Optional;

/**
 * Why an attempt failed.
 *
 * @param type the kind of failure
 * @param message the message of the exception, or of the library
 * @param exception the class name of what the handler threw; empty where nothing was thrown
 * @param stackTrace the stack trace, cut to {@value #MAX_STACK_TRACE} characters
 * @param attempt which attempt failed, from 1
 * @param at when
 */
public record TaskError(
    Type type,
    String message,
    Optional<String> exception,
    Optional<String> stackTrace,
    int attempt,
    Instant at) {

  /** The kinds of failures. */
  public enum Type {
    /** The handler threw. */
    RUNTIME,
    /** The execution took longer than its timeout. */
    TIMEOUT,
    /** The stored arguments could not be decoded for the handler. */
    VALIDATION,
    /** The worker was lost while the handler ran. */
    LOST,
    /** The task was cancelled while the handler ran. */
    CANCELLED
  }

  /** The longest stack trace that is kept, in characters. */
  public static final int MAX_STACK_TRACE = 8_000;

  /** The longest message that is kept, in characters. */
  public static final int MAX_MESSAGE = 2_000;

  /** Cuts what is too long. */
  public TaskError {
    message = Texts.cut(message, MAX_MESSAGE);
    stackTrace = stackTrace.map(trace -> Texts.cut(trace, MAX_STACK_TRACE));
    at = Times.roundUp(at);
  }

  /** The error of an attempt whose handler threw. */
  public static TaskError of(Type type, Throwable thrown, int attempt, Instant at) {
    return new TaskError(
        type,
        message(thrown),
        Optional.of(thrown.getClass().getName()),
        Optional.of(trace(thrown)),
        attempt,
        at);
  }

  /** An exception is the program's code, too, and may fail when it is asked. */
  private static String message(Throwable thrown) {
    try {
      String message = thrown.getMessage();
      return message == null ? thrown.getClass().getSimpleName() : message;
    } catch (RuntimeException | Error e) {
      return thrown.getClass().getSimpleName() + ", whose message cannot be read";
    }
  }

  private static String trace(Throwable thrown) {
    try {
      var trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      return trace.toString();
    } catch (RuntimeException | Error e) {
      return thrown.getClass().getName() + ", whose stack trace cannot be read";
    }
  }

  /** An error that the library itself found. */
  public static TaskError of(Type type, String message, int attempt, Instant at) {
    return new TaskError(type, message, Optional.empty(), Optional.empty(), attempt, at);
  }
}
