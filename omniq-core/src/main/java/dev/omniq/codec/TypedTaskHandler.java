package dev.omniq.codec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs the tasks of a name with one payload. */
record TypedTaskHandler<T>(
    String name, TypeRef<T> payload, TypedFunction<T> function, Object identity, JsonCodec codec)
    implements Handler {

  @Override
  @SuppressWarnings("unchecked") // the payload is read by the type that the handler is declared for
  public @Nullable Object invoke(String arguments) throws Exception {
    @Nullable Object decoded =
        codec.decodeArguments(description(), List.of(payload.type()), arguments)[0];
    if (decoded == null) {
      throw new UndecodableArgumentsException(
          "the stored arguments do not fit %s: its payload is null".formatted(description()), null);
    }
    return function.handle((T) decoded);
  }

  @Override
  public String encodeResult(@Nullable Object result) {
    return codec.encodeResult(description(), Object.class, result);
  }

  @Override
  public String description() {
    return "the handler of '%s' for %s".formatted(name, payload);
  }
}
