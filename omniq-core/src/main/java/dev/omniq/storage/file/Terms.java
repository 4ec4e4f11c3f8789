package dev.omniq.storage.file;

import dev.omniq.task.Task;
import dev.omniq.task.TaskId;
import dev.omniq.task.TaskQuery;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What few tasks have and is asked for, each as a hash: a label, a series that is not the task's
 * own, and that the task repeats. Two that differ may share a hash, so what is found by one is to
 * be looked at. The hashes stand in files and must not change.
 */
final class Terms {
  private static final int SERIES = 0x5e71_e501;
  private static final int RECURRING = 0x2ec0_22e9;

  private Terms() {}

  /** All that a task has. */
  static Set<Integer> of(Task task) {
    Set<Integer> labels = ofLabels(task.labels());
    if (!task.recurring() && task.seriesId().equals(task.id())) {
      return labels;
    }
    var all = new HashSet<>(labels);
    all.addAll(of(task.id(), task.recurring(), task.seriesId()));
    return all;
  }

  /** What is told of a task beside its labels. */
  static List<Integer> of(TaskId id, boolean recurring, TaskId series) {
    if (series.equals(id)) {
      return recurring ? List.of(RECURRING) : List.of();
    }
    return recurring ? List.of(ofSeries(series), RECURRING) : List.of(ofSeries(series));
  }

  static Set<Integer> ofLabels(Map<String, String> labels) {
    if (labels.isEmpty()) {
      return Set.of();
    }
    var all = new HashSet<Integer>();
    labels.forEach((name, value) -> all.add(mixed(31 * name.hashCode() + value.hashCode())));
    return all;
  }

  private static int ofSeries(TaskId series) {
    long high = series.value().getMostSignificantBits();
    long low = series.value().getLeastSignificantBits();
    return mixed(SERIES ^ Long.hashCode(high * 0x9e37_79b9_7f4a_7c15L ^ low));
  }

  /** All of which a task must have that meets a query, if it is not the first run of a series. */
  static List<Integer> of(TaskQuery query) {
    var all = new ArrayList<>(ofLabels(query.labels()));
    query.seriesId().ifPresent(series -> all.add(ofSeries(series)));
    if (query.onlyRecurring()) {
      all.add(RECURRING);
    }
    return all;
  }

  private static int mixed(int hash) {
    int mixed = (hash ^ hash >>> 16) * 0x85eb_ca6b;
    mixed = (mixed ^ mixed >>> 13) * 0xc2b2_ae35;
    return mixed ^ mixed >>> 16;
  }
}
