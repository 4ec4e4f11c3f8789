package dev.omniq.spring;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import javax.sql.DataSource;

/** A database that is known by its name only. */
final class Stubs {
  private Stubs() {}

  static DataSource databaseNamed(String product) {
    DatabaseMetaData metaData =
        stub(
            DatabaseMetaData.class,
            (proxy, method, arguments) ->
                method.getName().equals("getURL") ? "jdbc:stub:" : product);
    Connection connection =
        stub(
            Connection.class,
            (proxy, method, arguments) -> method.getName().equals("getMetaData") ? metaData : null);
    return stub(DataSource.class, (proxy, method, arguments) -> connection);
  }

  private static <T> T stub(Class<T> type, InvocationHandler answers) {
    InvocationHandler handler =
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "hashCode" -> System.identityHashCode(proxy);
              case "equals" -> proxy == arguments[0];
              case "toString" -> "stub of " + type.getSimpleName();
              default -> answers.invoke(proxy, method, arguments);
            };
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
