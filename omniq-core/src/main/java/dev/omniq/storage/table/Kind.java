package dev.omniq.storage.table;

import java.util.ArrayList;
import java.util.List;

/**
 * A queue and a task name: what a worker asks for. All entries of a kind in a table share one
 * instance, so that a million of them keep their two strings once.
 *
 * <p>It holds the pending entries of its kind in lanes. Each lane is in claim order by itself, so a
 * claim looks at the heads of lanes and at nothing behind them.
 */
public final class Kind {
  private final String queue;
  private final String name;
  private final List<Lane> lanes = new ArrayList<>(1);
  private int live;

  Kind(String queue, String name) {
    this.queue = queue;
    this.name = name;
  }

  /** The queue. */
  public String queue() {
    return queue;
  }

  /** The task name. */
  public String name() {
    return name;
  }

  /** The lanes that hold something. */
  List<Lane> lanes() {
    return lanes;
  }

  /** How many entries of this kind are in the table. */
  int live() {
    return live;
  }

  void add(Entry entry) {
    live++;
    if (entry.isPending()) {
      laneFor(entry).add(entry);
    }
  }

  void remove(Entry entry) {
    live--;
    if (entry.isPending()) {
      Lane lane = laneFor(entry);
      lane.remove(entry);
      if (lane.isEmpty()) {
        lanes.remove(lane);
      }
    }
  }

  private Lane laneFor(Entry entry) {
    for (Lane lane : lanes) {
      if (lane.priority() == entry.priority() && lane.suspect() == entry.suspect()) {
        return lane;
      }
    }
    var lane = new Lane(queue, entry.priority(), entry.suspect());
    lanes.add(lane);
    return lane;
  }

  @Override
  public String toString() {
    return queue + "/" + name;
  }
}
