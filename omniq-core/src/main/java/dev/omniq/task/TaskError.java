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
    var trace = new StringWriter();
    thrown.printStackTrace(new PrintWriter(trace));
    String message = thrown.getMessage();
    return new TaskError(
        type,
        message == null ? thrown.getClass().getSimpleName() : message,
        Optional.of(thrown.getClass().getName()),
        Optional.of(trace.toString()),
        attempt,
        at);
  }

  /** An error that the library itself found. */
  public static TaskError of(Type type, String message, int attempt, Instant at) {
    return new TaskError(type, message, Optional.empty(), Optional.empty(), attempt, at);
  }
}
