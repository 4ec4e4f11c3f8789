package dev.omniq.move;

import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import java.util.List;
import java.util.Optional;

/** All tasks of a store, ascending by id, page by page. Not thread-safe. */
final class Pages {
  private final Side side;
  private final int size;
  private Optional<TaskId> last = Optional.empty();
  private List<Task> page = List.of();
  private int at;
  private boolean ended;

  Pages(Side side, int size) {
    this.side = side;
    this.size = size;
  }

  /** The next page; empty at the end. */
  List<Task> next() throws InterruptedException {
    page = Side.get(side.movable().export(last, size));
    at = 0;
    ended = page.isEmpty();
    if (!ended) {
      last = Optional.of(page.get(page.size() - 1).id());
    }
    return page;
  }

  /** Whether there is a task with this id; to be asked for ids that ascend. */
  boolean contains(TaskId id) throws InterruptedException {
    while (!ended) {
      for (; at < page.size(); at++) {
        int order = page.get(at).id().compareTo(id);
        if (order >= 0) {
          return order == 0;
        }
      }
      next();
    }
    return false;
  }
}
