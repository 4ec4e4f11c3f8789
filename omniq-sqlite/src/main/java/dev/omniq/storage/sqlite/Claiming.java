package dev.omniq.storage.sqlite;

import dev.omniq.storage.Applied;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.ExpiredClaim;
import dev.omniq.storage.LeaseExtension;
import dev.omniq.storage.jdbc.TaskColumns;
import dev.omniq.storage.jdbc.Transaction;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Task;
import dev.omniq.task.TaskStatus;
import dev.omniq.task.Times;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/** Claims and their leases, in one step. Used by one thread. */
final class Claiming {
  private static final String SELECT =
      "SELECT "
          + TaskColumns.select("t", "r")
          + ", t.seq, r.extensions, r.lease"
          // The order of a CROSS JOIN stands: the few claims first, then their tasks.
          + " FROM omniq_running r CROSS JOIN omniq_task t ON t.seq = r.task";

  private final Sql sql;
  private final Lanes lanes;
  private final LeaseWatch leases;
  private final Sightings sightings;
  private final Instant now;

  Claiming(Sql sql, Lanes lanes, LeaseWatch leases, Sightings sightings, Instant now) {
    this.sql = sql;
    this.lanes = lanes;
    this.leases = leases;
    this.sightings = sightings;
    this.now = now;
  }

  /** The first task of a lane that was not looked at yet, and the rows behind it. */
  private record Head(Lanes.Lane lane, ResultSet rows, long rank, long seq) {
    static final Comparator<Head> ORDER =
        Comparator.comparingLong(Head::rank).thenComparingLong(Head::seq);
  }

  // ---- claim ----

  List<Claimed> claim(Transaction transaction, ClaimRequest request, Ends ends)
      throws SQLException {
    if (request.first().sequence() <= see(request.first().worker())) {
      return stillHeld(request);
    }
    List<Head> chosen = choose(transaction, request);
    if (chosen.isEmpty()) {
      return List.of();
    }
    start(chosen, request);
    sql.update(
        "UPDATE omniq_worker SET claimed = ? WHERE worker = ?",
        request.first().sequence(),
        request.first().worker());
    List<Claimed> claimed = stillHeld(request);
    var journal = new Journal(sql, now, ends);
    for (Claimed each : claimed) {
      leases.made(each.token(), 0, leases.now());
      journal.changed(each.task().id(), each.task().name(), TaskStatus.RUNNING);
    }
    journal.flush();
    return claimed;
  }

  /** What a call with the same first token gave and is still claimed. */
  private List<Claimed> stillHeld(ClaimRequest request) throws SQLException {
    return sql.list(
        SELECT
            + " WHERE t.status = 'PENDING' AND r.worker = ? AND r.sequence BETWEEN ? AND ? AND r.first = ?"
            + " ORDER BY r.sequence",
        row -> new Claimed(TaskColumns.read(row, Sql::id), TaskColumns.token(row).orElseThrow()),
        request.first().worker(),
        request.first().sequence(),
        request.first().sequence() + request.limit() - 1L,
        request.first().sequence());
  }

  /**
   * Merges the lanes, each read only as far as it is needed, and takes what the request may take.
   */
  private List<Head> choose(Transaction transaction, ClaimRequest request) throws SQLException {
    var heads = new PriorityQueue<>(Head.ORDER);
    List<ResultSet> open = new ArrayList<>();
    try {
      for (Lanes.Lane lane : lanes.of(transaction, sql, request)) {
        long latest = TaskColumns.rank(now, lane.key().priority());
        ResultSet rows =
            sql.open(
                open.size(),
                "SELECT rank, seq FROM omniq_ready WHERE lane = ? AND rank <= ? ORDER BY rank, seq",
                lane.id(),
                latest);
        open.add(rows);
        addNext(lane, rows, heads);
      }
      return take(request, heads);
    } finally {
      for (ResultSet rows : open) {
        rows.close();
      }
    }
  }

  private static void addNext(Lanes.Lane lane, ResultSet rows, PriorityQueue<Head> heads)
      throws SQLException {
    if (rows.next()) {
      heads.add(new Head(lane, rows, rows.getLong(1), rows.getLong(2)));
    }
  }

  private static List<Head> take(ClaimRequest request, PriorityQueue<Head> heads)
      throws SQLException {
    List<Head> chosen = new ArrayList<>();
    Map<String, Integer> taken = new HashMap<>();
    int suspects = 0;
    for (Head head = heads.poll();
        head != null && chosen.size() < request.limit();
        head = heads.poll()) {
      LaneKey lane = head.lane.key();
      if (lane.suspect() && ++suspects > request.suspects()) {
        continue; // nor any behind it in its lane
      }
      boolean room = taken.getOrDefault(lane.queue(), 0) < Lanes.limit(request, lane.queue());
      if (room) {
        chosen.add(head);
        taken.merge(lane.queue(), 1, Integer::sum);
      }
      if (room || lane.suspect()) {
        addNext(head.lane, head.rows, heads);
      }
    }
    return chosen;
  }

  /** Those chosen of a lane are its first ones, so the last of them tells where to cut. */
  private void start(List<Head> chosen, ClaimRequest request) throws SQLException {
    Map<Integer, Head> lastOfLane = new HashMap<>();
    chosen.forEach(head -> lastOfLane.put(head.lane.id(), head));
    for (Head last : lastOfLane.values()) {
      sql.update(
          "DELETE FROM omniq_ready WHERE lane = ? AND (rank, seq) <= (?, ?)",
          last.lane.id(),
          last.rank,
          last.seq);
    }
    sql.update(
        "INSERT INTO omniq_running"
            + " (task, worker, sequence, first, started_at, lease, extensions)"
            + " SELECT value, ?, ? + key, ?, ?, ?, 0 FROM json_each(?)",
        request.first().worker(),
        request.first().sequence(),
        request.first().sequence(),
        Times.toMicros(now),
        LeaseWatch.stored(request.lease()),
        chosen.stream().map(Head::seq).toList().toString());
  }

  Optional<Instant> nextDue(Transaction transaction, ClaimRequest request) throws SQLException {
    Optional<Instant> earliest = Optional.empty();
    for (Lanes.Lane lane : lanes.of(transaction, sql, request)) {
      Optional<Instant> due =
          Lanes.firstRank(sql, lane)
              .map(rank -> Times.ofMicros(rank + TaskColumns.headStart(lane.key().priority())));
      if (due.isPresent() && (earliest.isEmpty() || due.get().isBefore(earliest.get()))) {
        earliest = due;
      }
    }
    return earliest;
  }

  // ---- leases ----

  List<Applied> extend(LeaseExtension extension) throws SQLException {
    see(extension.worker());
    List<Applied> answers = new ArrayList<>(extension.tokens().size());
    for (ClaimToken token : extension.tokens()) {
      answers.add(extend(token, LeaseWatch.stored(extension.lease())));
    }
    return answers;
  }

  private Applied extend(ClaimToken token, long lease) throws SQLException {
    Optional<Long> extensions =
        sql.first(
            "UPDATE omniq_running SET extensions = extensions + 1, lease = ?"
                + " WHERE worker = ? AND sequence = ? RETURNING extensions",
            row -> row.getLong(1),
            lease,
            token.worker(),
            token.sequence());
    extensions.ifPresent(count -> leases.made(token, count, leases.now()));
    return extensions.isPresent() ? Applied.APPLIED : Applied.STALE;
  }

  /** A claim that was read, with what is left of its lease. */
  private record Watched(ExpiredClaim claim, long left, long seq) {
    static final Comparator<Watched> ORDER =
        Comparator.comparingLong(Watched::left).thenComparingLong(Watched::seq);
  }

  /** Looks at every claim, also to watch those of other processes. */
  List<ExpiredClaim> expired(int limit) throws SQLException {
    long readAt = leases.now();
    List<Watched> all = sql.list(SELECT, this::watch);
    Set<ClaimToken> present = new HashSet<>();
    all.forEach(each -> present.add(each.claim.token()));
    leases.keep(present, readAt);
    List<ExpiredClaim> expired = new ArrayList<>();
    for (Watched each : all.stream().filter(one -> one.left <= 0).sorted(Watched.ORDER).toList()) {
      if (each.claim.task().status() != TaskStatus.RUNNING) {
        putAway(each);
      } else if (expired.size() < limit) {
        expired.add(each.claim);
      }
    }
    return expired;
  }

  private Watched watch(ResultSet row) throws SQLException {
    Task task = TaskColumns.read(row, Sql::id);
    ClaimToken token = TaskColumns.token(row).orElseThrow();
    int behind = TaskColumns.behind();
    long extensions = row.getLong(behind + 1);
    long left = leases.left(token, extensions, row.getLong(behind + 2));
    return new Watched(new ExpiredClaim(task, token, extensions), left, row.getLong(behind));
  }

  /**
   * The task was settled in a user's transaction, and its worker died before it could note that.
   */
  private void putAway(Watched settled) throws SQLException {
    sql.update("DELETE FROM omniq_running WHERE task = ?", settled.seq);
  }

  /** Notes that a worker is alive: the first token of its last claim. */
  private long see(String worker) throws SQLException {
    sightings.made(worker, Times.toMicros(now));
    return sql.first(
            "INSERT INTO omniq_worker (worker, seen_at, claimed) VALUES (?, ?, ?)"
                + " ON CONFLICT (worker) DO UPDATE SET seen_at = excluded.seen_at"
                + " RETURNING claimed",
            row -> row.getLong(1),
            worker,
            Times.toMicros(now),
            Long.MIN_VALUE)
        .orElseThrow();
  }

  /** Removes workers that were not seen for long and hold nothing. */
  void forgetSilentWorkers() throws SQLException {
    List<String> silent =
        sql
            .list(
                "SELECT worker, seen_at FROM omniq_worker w WHERE NOT EXISTS"
                    + " (SELECT 1 FROM omniq_running r WHERE r.worker = w.worker)",
                row -> sightings.isRecent(row.getString(1), row.getLong(2)) ? "" : row.getString(1))
            .stream()
            .filter(worker -> !worker.isEmpty())
            .toList();
    for (String worker : silent) {
      sql.update("DELETE FROM omniq_worker WHERE worker = ?", worker);
      sightings.forget(worker);
    }
  }
}
