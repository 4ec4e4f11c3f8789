package dev.omniq.spring;

import dev.omniq.codec.InstanceProvider;
import dev.omniq.task.OmniTask;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils.MethodFilter;

/**
 * The beans whose classes have methods marked with {@code @OmniTask}. Looks at the types of beans
 * only: a bean that nobody has needed yet is made when the first of its tasks runs.
 */
final class TaskBeans implements InstanceProvider {
  private final ConfigurableListableBeanFactory factory;
  private final Map<Class<?>, String> names = new LinkedHashMap<>();

  /** Finds them; to be called when all beans are defined. */
  TaskBeans(ConfigurableListableBeanFactory factory) {
    this.factory = factory;
    for (String name : factory.getBeanNamesForType(Object.class)) {
      // Behind a scoped proxy, which is a bean as well.
      if (!ScopedProxyUtils.isScopedTarget(name)) {
        tasksOf(name).forEach(type -> add(type, name));
      }
    }
  }

  /** The classes to register: the ones that tasks are named after, not those of proxies. */
  Set<Class<?>> classes() {
    return names.keySet();
  }

  @Override
  public Object instance(Class<?> type) {
    String name = names.get(type);
    return name == null ? factory.getBean(type) : factory.getBean(name);
  }

  @Override
  public boolean provides(Class<?> type) {
    return names.containsKey(type) || factory.getBeanNamesForType(type).length > 0;
  }

  /** The user's class if it has marked methods, otherwise those of its interfaces that have. */
  private List<Class<?>> tasksOf(String name) {
    Class<?> target = AutoProxyUtils.determineTargetClass(factory, name);
    if (target == null) {
      return List.of();
    }
    Class<?> type = ClassUtils.getUserClass(target);
    if (!Proxy.isProxyClass(type) && hasTasks(type)) {
      requireReachable(name, type);
      return List.of(type);
    }
    return Stream.of(ClassUtils.getAllInterfacesForClass(type))
        .<Class<?>>map(each -> each)
        .filter(TaskBeans::hasTasks)
        .toList();
  }

  private static boolean hasTasks(Class<?> type) {
    if (!AnnotationUtils.isCandidateClass(type, OmniTask.class)
        || type.getName().startsWith("org.springframework.")) {
      return false;
    }
    try {
      MethodFilter marked = method -> method.isAnnotationPresent(OmniTask.class);
      return !MethodIntrospector.selectMethods(type, marked).isEmpty();
    } catch (IllegalStateException | LinkageError e) {
      return false; // methods of types that are not on the class path cannot be called
    }
  }

  private void requireReachable(String name, Class<?> type) {
    Class<?> exposed = factory.getType(name);
    if (exposed != null && !type.isAssignableFrom(exposed)) {
      throw new IllegalStateException(
          "bean '%s' has tasks in its class %s, but is a proxy that has only its interfaces; mark"
                  .formatted(name, type.getName())
              + " the methods of the interface with @OmniTask, or set"
              + " spring.aop.proxy-target-class=true");
    }
  }

  private void add(Class<?> type, String name) {
    String other = names.putIfAbsent(type, name);
    if (other == null || isPrimary(other)) {
      return;
    }
    if (!isPrimary(name)) {
      throw new IllegalStateException(
          "beans '%s' and '%s' both have the tasks of %s, so it is open which of them runs a task;"
                  .formatted(other, name, type.getName())
              + " mark one of them with @Primary");
    }
    names.put(type, name);
  }

  private boolean isPrimary(String name) {
    return factory.containsBeanDefinition(name)
        && factory.getMergedBeanDefinition(name).isPrimary();
  }
}
