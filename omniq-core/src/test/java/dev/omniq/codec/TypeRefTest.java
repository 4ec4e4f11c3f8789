package dev.omniq.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class TypeRefTest {

  @Test
  void type_keepsItsArguments() {
    assertThat(new TypeRef<List<String>>() {}.type())
        .hasToString("java.util.List<java.lang.String>");
  }

  @Test
  void of_class() {
    assertThat(TypeRef.of(String.class).type()).isEqualTo(String.class);
  }

  @Test
  void equals_sameType() {
    assertThat(new TypeRef<List<String>>() {})
        .isEqualTo(new TypeRef<List<String>>() {})
        .hasSameHashCodeAs(new TypeRef<List<String>>() {})
        .isNotEqualTo(new TypeRef<List<Integer>>() {});
    assertThat(new TypeRef<String>() {}).isEqualTo(TypeRef.of(String.class));
  }

  @Test
  @SuppressWarnings("rawtypes")
  void missingType_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TypeRef() {})
        .withMessage("a TypeRef needs its type; write new TypeRef<List<String>>() {}");
  }

  @Test
  void typeVariable_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(TypeRefTest::<String>captured)
        .withMessage(
            "a TypeRef needs a type that is known when it is compiled, but got java.util.List<T>");
  }

  private static <T> TypeRef<List<T>> captured() {
    return new TypeRef<>() {};
  }
}
