package dev.omniq;

import dev.omniq.codec.JsonCodec;
import dev.omniq.storage.Retention;
import dev.omniq.task.RetryPolicy;
import dev.omniq.task.TaskInterceptor;
import dev.omniq.task.TaskListener;
import dev.omniq.task.TimeSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.event.Level;

/**
 * How a program uses OmniQ: immutable, made by {@link #builder()}, by {@link #fromEnv()} or from a
 * URL by {@link #ofUrl}.
 */
public final class Settings {
  private final Builder values;

  private Settings(Builder values) {
    this.values = values;
  }

  /** Settings with every default: the file backend in the directory {@code omniq_data}. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Settings for a store by its URL: {@code file:DIRECTORY}, {@code memory:}, {@code sqlite:FILE}
   * or {@code jdbc:postgresql://…}.
   *
   * @throws IllegalArgumentException if the URL is of no known kind
   */
  public static Builder ofUrl(String url) {
    return StoreUrl.parse(url).applyTo(builder());
  }

  /**
   * Settings from the environment variables {@code OMNIQ_BACKEND}, {@code OMNIQ_BASE_DIR}, {@code
   * OMNIQ_DB_URL}, {@code OMNIQ_DEFAULT_TIMEOUT}, {@code OMNIQ_DEFAULT_MAX_RETRIES}, {@code
   * OMNIQ_RESULT_TTL}, {@code OMNIQ_LOG_LEVEL} and {@code OMNIQ_LOG_MODE}.
   *
   * @throws IllegalArgumentException naming the variable, its value and what is allowed
   */
  public static Settings fromEnv() {
    return fromEnv(System.getenv());
  }

  /** The same from a map, which stands for the environment. */
  public static Settings fromEnv(Map<String, String> environment) {
    return Environment.read(environment).build();
  }

  /** Where tasks are kept; {@link Backend#FILE} by default. */
  public Backend backend() {
    return values.backend;
  }

  /** The directory of the file backend; {@code omniq_data} by default. */
  public Path baseDir() {
    return values.baseDir;
  }

  /** The database of the SQL backends. */
  public Optional<String> dbUrl() {
    return values.dbUrl;
  }

  /**
   * The store as its URL, as people may see it: of a database without user, password and other
   * parameters, of files with the whole path.
   */
  public String publicUrl() {
    return StoreUrl.publicName(this);
  }

  /** The timeout of a task that names none; 300 s by default, empty for none. */
  public Optional<Duration> defaultTimeout() {
    return values.defaultTimeout;
  }

  /** The retries of a task that names no policy; 3 by default. */
  public RetryPolicy defaultRetryPolicy() {
    return values.defaultRetryPolicy;
  }

  /** How long finished tasks are kept; SUCCESS for 24 hours by default. */
  public Retention retention() {
    return values.retention;
  }

  /** The most bytes of JSON that the arguments of a task may take; 1 MiB by default. */
  public int maxArgumentBytes() {
    return values.maxArgumentBytes;
  }

  /** The most bytes that may wait to be stored; 64 MiB by default. */
  public long maxWaitingBytes() {
    return values.maxWaitingBytes;
  }

  /** How the command-line program logs; a library never configures its host's logging. */
  public LogMode logMode() {
    return values.logMode;
  }

  /** From which level on the command-line program logs; INFO by default. */
  public Level logLevel() {
    return values.logLevel;
  }

  /** The clocks; those of this machine by default. */
  public TimeSource timeSource() {
    return values.timeSource;
  }

  /** How arguments and results become JSON. */
  public JsonCodec json() {
    return values.json;
  }

  /** Who hears of transitions. */
  public List<TaskListener> listeners() {
    return values.listeners;
  }

  /** What stands around handlers, and labels tasks; the first is the outermost. */
  public List<TaskInterceptor> interceptors() {
    return values.interceptors;
  }

  /** A copy to change. */
  public Builder toBuilder() {
    return new Builder(values);
  }

  /** How the command-line program logs. */
  public enum LogMode {
    /** Coloured text. */
    DEV,
    /** One line of JSON for each event. */
    PROD
  }

  /** Collects settings; each method checks its value at once. Not safe for several threads. */
  public static final class Builder {
    private Backend backend = Backend.FILE;
    private Path baseDir = Path.of("omniq_data");
    private Optional<String> dbUrl = Optional.empty();
    private Optional<Duration> defaultTimeout = Optional.of(Duration.ofSeconds(300));
    private RetryPolicy defaultRetryPolicy = RetryPolicy.defaults();
    private Retention retention = Retention.defaults();
    private int maxArgumentBytes = 1 << 20;
    private long maxWaitingBytes = 64L << 20;
    private LogMode logMode = LogMode.DEV;
    private Level logLevel = Level.INFO;
    private TimeSource timeSource = TimeSource.system();
    private JsonCodec json = JsonCodec.standard();
    private List<TaskListener> listeners = List.of();
    private List<TaskInterceptor> interceptors = List.of();

    private Builder() {}

    private Builder(Builder from) {
      backend = from.backend;
      baseDir = from.baseDir;
      dbUrl = from.dbUrl;
      defaultTimeout = from.defaultTimeout;
      defaultRetryPolicy = from.defaultRetryPolicy;
      retention = from.retention;
      maxArgumentBytes = from.maxArgumentBytes;
      maxWaitingBytes = from.maxWaitingBytes;
      logMode = from.logMode;
      logLevel = from.logLevel;
      timeSource = from.timeSource;
      json = from.json;
      listeners = from.listeners;
      interceptors = from.interceptors;
    }

    /** Sets {@link Settings#backend}. */
    public Builder backend(Backend value) {
      backend = Objects.requireNonNull(value, "backend");
      return this;
    }

    /** Sets {@link Settings#baseDir}; the directory is created when it is missing. */
    public Builder baseDir(Path directory) {
      baseDir = Objects.requireNonNull(directory, "baseDir");
      return this;
    }

    /** Sets {@link Settings#dbUrl}. */
    public Builder dbUrl(String url) {
      dbUrl = Optional.of(Given.required(url, "the database URL"));
      return this;
    }

    /** Sets {@link Settings#defaultTimeout}; it must be positive. */
    public Builder defaultTimeout(Duration timeout) {
      Given.required(timeout, "the default timeout");
      if (timeout.isNegative() || timeout.isZero()) {
        throw new IllegalArgumentException("default timeout must be positive, but is " + timeout);
      }
      defaultTimeout = Optional.of(timeout);
      return this;
    }

    /** Tasks that name no timeout have none. */
    public Builder noDefaultTimeout() {
      defaultTimeout = Optional.empty();
      return this;
    }

    /** Sets the retries of {@link Settings#defaultRetryPolicy}; 0 for none. */
    public Builder defaultMaxRetries(int retries) {
      defaultRetryPolicy = defaultRetryPolicy.maxRetries(retries);
      return this;
    }

    /** Sets {@link Settings#defaultRetryPolicy}. */
    public Builder defaultRetryPolicy(RetryPolicy policy) {
      defaultRetryPolicy = Objects.requireNonNull(policy, "defaultRetryPolicy");
      return this;
    }

    /** Sets how long the results of SUCCESS are kept. */
    public Builder resultTtl(Duration ttl) {
      retention = new Retention(ttl, retention.failure(), retention.most());
      return this;
    }

    /** Sets {@link Settings#retention} as a whole. */
    public Builder retention(Retention value) {
      retention = Objects.requireNonNull(value, "retention");
      return this;
    }

    /** Sets {@link Settings#maxArgumentBytes}. */
    public Builder maxArgumentBytes(int bytes) {
      maxArgumentBytes = (int) requirePositive("maxArgumentBytes", bytes);
      return this;
    }

    /** Sets {@link Settings#maxWaitingBytes}. */
    public Builder maxWaitingBytes(long bytes) {
      maxWaitingBytes = requirePositive("maxWaitingBytes", bytes);
      return this;
    }

    /** Sets {@link Settings#logMode}. */
    public Builder logMode(LogMode mode) {
      logMode = Objects.requireNonNull(mode, "logMode");
      return this;
    }

    /** Sets {@link Settings#logLevel}. */
    public Builder logLevel(Level level) {
      logLevel = Objects.requireNonNull(level, "logLevel");
      return this;
    }

    /** Sets {@link Settings#timeSource}; tests put a manual clock here. */
    public Builder timeSource(TimeSource source) {
      timeSource = Objects.requireNonNull(source, "timeSource");
      return this;
    }

    /** Sets {@link Settings#json}. */
    public Builder json(JsonCodec codec) {
      json = Objects.requireNonNull(codec, "json");
      return this;
    }

    /** Adds to {@link Settings#listeners}. */
    public Builder listener(TaskListener listener) {
      listeners = with(listeners, Objects.requireNonNull(listener, "listener"));
      return this;
    }

    /** Adds to {@link Settings#interceptors}, within those that are there. */
    public Builder interceptor(TaskInterceptor interceptor) {
      interceptors = with(interceptors, Objects.requireNonNull(interceptor, "interceptor"));
      return this;
    }

    private static <T> List<T> with(List<T> list, T added) {
      var all = new ArrayList<>(list);
      all.add(added);
      return List.copyOf(all);
    }

    /**
     * Makes the settings.
     *
     * @throws IllegalArgumentException if an SQL backend has no {@code dbUrl}
     */
    public Settings build() {
      if ((backend == Backend.SQLITE || backend == Backend.POSTGRES) && dbUrl.isEmpty()) {
        throw new IllegalArgumentException(
            "backend " + backend + " needs a dbUrl, such as " + StoreUrl.example(backend));
      }
      return new Settings(new Builder(this));
    }

    private static long requirePositive(String what, long value) {
      if (value < 1) {
        throw new IllegalArgumentException(what + " must be positive, but is " + value);
      }
      return value;
    }
  }
}
