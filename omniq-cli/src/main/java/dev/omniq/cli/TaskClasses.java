package dev.omniq.cli;

import dev.omniq.codec.TaskMethod;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/**
 * The classes that a worker runs tasks of: named by the operator, or by the jars that the operator
 * put on the class path; never by what is stored.
 */
final class TaskClasses implements AutoCloseable {
  /** What a jar's manifest may say: names of classes, with commas or spaces between. */
  static final String ATTRIBUTE = "OmniQ-Tasks";

  private final URLClassLoader loader;
  private final List<TaskMethod> methods = new ArrayList<>();
  private final Map<Class<?>, Object> instances = new LinkedHashMap<>();

  private TaskClasses(List<Path> classPath) {
    URL[] urls = classPath.stream().map(TaskClasses::url).toArray(URL[]::new);
    loader = new URLClassLoader("tasks", urls, TaskClasses.class.getClassLoader());
  }

  /**
   * Loads the classes, and makes an object of each that has instance methods.
   *
   * @param classPath jars, directories, and directories of jars such as {@code lib/*}
   * @param names the classes; none for those that the jars' manifests name
   * @throws IllegalArgumentException saying what is missing
   */
  static TaskClasses load(String classPath, List<String> names) throws IOException {
    List<Path> entries = entries(classPath);
    Set<String> wanted = new LinkedHashSet<>(names.isEmpty() ? namedByJars(entries) : names);
    if (wanted.isEmpty()) {
      throw new IllegalArgumentException(
          "no class of tasks is named: give --tasks, or a jar whose manifest says " + ATTRIBUTE);
    }
    var classes = new TaskClasses(entries);
    try {
      wanted.forEach(classes::add);
      return classes;
    } catch (RuntimeException e) {
      classes.close();
      throw e;
    }
  }

  private static List<Path> entries(String classPath) throws IOException {
    List<Path> entries = new ArrayList<>();
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      if (entry.isBlank()) {
        continue;
      }
      boolean all = entry.endsWith("/*");
      Path path = Path.of(all ? entry.substring(0, entry.length() - 2) : entry);
      if (Files.notExists(path)) {
        throw new IllegalArgumentException(
            "the class path names " + path + ", which does not exist");
      }
      if (!all) {
        entries.add(path);
        continue;
      }
      try (Stream<Path> files = Files.list(path)) {
        files.filter(file -> file.toString().endsWith(".jar")).sorted().forEach(entries::add);
      }
    }
    return entries;
  }

  private static List<String> namedByJars(List<Path> entries) throws IOException {
    List<String> names = new ArrayList<>();
    for (Path entry : entries) {
      if (Files.isDirectory(entry)) {
        continue;
      }
      try (JarFile jar = new JarFile(entry.toFile())) {
        Manifest manifest = jar.getManifest();
        String named = manifest == null ? null : manifest.getMainAttributes().getValue(ATTRIBUTE);
        if (named != null) {
          names.addAll(List.of(named.strip().split("[,\\s]+")));
        }
      } catch (IOException e) {
        throw new IllegalArgumentException(entry + " is no jar: " + e.getMessage(), e);
      }
    }
    return names;
  }

  private static URL url(Path entry) {
    try {
      return entry.toUri().toURL();
    } catch (IOException e) {
      throw new IllegalArgumentException("no entry of a class path: " + entry, e);
    }
  }

  private void add(String name) {
    try {
      List<TaskMethod> marked = TaskMethod.allOf(loader.loadClass(name));
      for (TaskMethod method : marked) {
        method.instanceClass().ifPresent(type -> instances.computeIfAbsent(type, this::make));
      }
      methods.addAll(marked);
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException("there is no class " + name + " on the class path", e);
    } catch (LinkageError e) {
      throw new IllegalArgumentException(
          "class "
              + name
              + " cannot be loaded; is a jar that it needs missing, or was it made for a newer"
              + " Java? "
              + e,
          e);
    }
  }

  private Object make(Class<?> type) {
    try {
      return type.getConstructor().newInstance();
    } catch (NoSuchMethodException | InstantiationException | IllegalAccessException e) {
      throw new IllegalArgumentException(
          type.getName()
              + " has tasks that are instance methods, but no public constructor without arguments",
          e);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(
          "the constructor of " + type.getName() + " failed: " + e.getCause(), e);
    }
  }

  /** For what looks classes up by the context of its thread. */
  ClassLoader loader() {
    return loader;
  }

  /** All tasks. */
  List<TaskMethod> methods() {
    return methods;
  }

  /** The classes, each once. */
  Class<?>[] all() {
    return methods.stream()
        .map(method -> method.instanceClass().orElse(method.method().getDeclaringClass()))
        .distinct()
        .toArray(Class<?>[]::new);
  }

  /** The one object of a class. */
  Object instance(Class<?> type) {
    Object instance = instances.get(type);
    if (instance == null) {
      throw new IllegalArgumentException("no class of tasks: " + type);
    }
    return instance;
  }

  @Override
  public void close() {
    try {
      loader.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("cannot close the class path", e);
    }
  }
}
