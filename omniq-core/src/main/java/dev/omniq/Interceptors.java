package dev.omniq;

import dev.omniq.task.Task;
import dev.omniq.task.TaskInterceptor;
import dev.omniq.task.TaskSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** All interceptors of a program as one; the first is the outermost. */
record Interceptors(List<TaskInterceptor> all) {

  /** The task with the labels that interceptors add. */
  TaskSpec labelled(TaskSpec task) {
    if (all.isEmpty()) {
      return task;
    }
    Map<String, String> labels = new HashMap<>(task.labels());
    all.forEach(each -> each.labels(task).forEach(labels::putIfAbsent));
    return labels.size() == task.labels().size() ? task : task.toBuilder().labels(labels).build();
  }

  @Nullable Object around(Task task, Callable<@Nullable Object> handler) throws Exception {
    Callable<@Nullable Object> call = handler;
    for (int i = all.size() - 1; i >= 0; i--) {
      TaskInterceptor interceptor = all.get(i);
      Callable<@Nullable Object> within = call;
      call = () -> interceptor.around(task, within);
    }
    return call.call();
  }
}
