package dev.omniq.storage.postgres;

import dev.omniq.storage.Applied;
import dev.omniq.storage.ClaimRequest;
import dev.omniq.storage.ClaimRequest.QueueLimit;
import dev.omniq.storage.Claimed;
import dev.omniq.storage.ExpiredClaim;
import dev.omniq.storage.LeaseExtension;
import dev.omniq.storage.jdbc.TaskColumns;
import dev.omniq.storage.postgres.Sql.Column;
import dev.omniq.task.ClaimToken;
import dev.omniq.task.Task;
import dev.omniq.task.Times;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Claims and their leases. */
final class Claiming {
  private static final Duration LONGEST_LEASE = Duration.ofDays(10_000);

  /**
   * One statement, in which the lanes are merged. A lane is read no further than so many rows that
   * all together are about twice what may be claimed; what comes after the end of a lane that was
   * cut off there is not safe to take, since that lane may have earlier tasks. A claim need not
   * survive loss of power, so its commit waits for no sync.
   */
  private static final String CLAIM =
      """
      WITH clock AS MATERIALIZED (
        SELECT {now} AS now, {lease_now} AS lease_now, {schema}.admit('CLAIM'),
          set_config('synchronous_commit', 'off', true)
      ),
      queue_limit AS MATERIALIZED (SELECT * FROM unnest(?, ?) AS q (queue, most)),
      due_lane AS MATERIALIZED (
        SELECT l.id, l.queue, l.suspect,
          (SELECT now FROM clock) - l.priority * 60000000 AS latest, count(*) OVER () AS lanes
        FROM {schema}.lane l JOIN queue_limit q USING (queue)
        WHERE l.name = ANY (?) AND CASE WHEN l.suspect THEN ? > 0 ELSE q.most > 0 END
          AND NOT EXISTS (SELECT FROM {schema}.worker w WHERE w.worker = ? AND w.claimed >= ?)
          AND EXISTS (
            SELECT FROM {schema}.ready r
            WHERE r.lane = l.id AND r.rank <= (SELECT now FROM clock) - l.priority * 60000000)
      ),
      candidate AS MATERIALIZED (
        SELECT l.queue, l.suspect, l.id AS lane, r.place, r.rank, r.seq, r.task,
          row_number() OVER (PARTITION BY l.id ORDER BY r.rank, r.seq) AS nth_of_lane, r.most
        FROM (
          SELECT d.*, CASE
            WHEN d.suspect THEN ?
            WHEN d.lanes = 1 THEN ?
            ELSE (? + d.lanes - 1) / d.lanes END AS most
          FROM due_lane d) AS l,
        LATERAL (
          SELECT r.ctid AS place, r.rank, r.seq, r.task, l.most
          FROM {schema}.ready r
          WHERE r.lane = l.id AND r.rank <= l.latest
          ORDER BY r.rank, r.seq
          LIMIT l.most
          FOR UPDATE SKIP LOCKED) AS r
      ),
      horizon AS MATERIALIZED (
        SELECT rank, seq FROM candidate WHERE NOT suspect AND nth_of_lane = most
        ORDER BY rank, seq LIMIT 1
      ),
      considered AS (
        SELECT c.*, row_number() OVER (PARTITION BY c.queue ORDER BY c.rank, c.seq) AS nth_of_queue
        FROM (
          SELECT s.*, row_number() OVER (PARTITION BY s.suspect ORDER BY s.rank, s.seq) AS nth_of_kind
          FROM candidate s) AS c
        WHERE (NOT c.suspect OR c.nth_of_kind <= ?)
          AND NOT EXISTS (SELECT FROM horizon h WHERE (c.rank, c.seq) > (h.rank, h.seq))
      ),
      chosen AS MATERIALIZED (
        SELECT c.place, c.task, row_number() OVER (ORDER BY c.rank, c.seq) - 1 AS nth
        FROM considered c
        JOIN queue_limit q USING (queue)
        WHERE c.nth_of_queue <= q.most
        ORDER BY c.rank, c.seq
        LIMIT ?
      ),
      taken AS (
        DELETE FROM {schema}.ready WHERE ctid = ANY (ARRAY(SELECT place FROM chosen))
      ),
      held AS (
        INSERT INTO {schema}.running (
          task, worker, sequence, first, started_at, renewed_at, lease, extensions)
        SELECT c.task, ?, ? + c.nth, ?, k.now, k.lease_now, ?, 0 FROM chosen c, clock k
      ),
      seen AS (
        INSERT INTO {schema}.worker AS w (worker, seen_at, seen_clock, claimed)
        SELECT ?, k.now, k.lease_now,
          CASE WHEN EXISTS (SELECT FROM chosen) THEN ? ELSE -9223372036854775808 END
        FROM clock k
        ON CONFLICT (worker) DO UPDATE SET seen_at = excluded.seen_at,
          seen_clock = excluded.seen_clock, claimed = greatest(w.claimed, excluded.claimed)
      ),
      started AS (
        SELECT c.nth, {task_columns}, k.now, ? + c.nth AS sequence
        FROM chosen c JOIN {schema}.task t ON t.id = c.task, clock k
      ),
      told AS (
        INSERT INTO {schema}.change (last, at, positions, tasks, names, statuses)
        SELECT max(position), min(now), array_agg(position), array_agg(id), array_agg(name),
          array_agg('RUNNING'::text)
        FROM (
          SELECT nextval('{schema}.change_position') AS position, o.now, o.id, o.name
          FROM (SELECT * FROM started ORDER BY nth) AS o
        ) AS numbered
        HAVING count(*) > 0
      )
      SELECT {started_columns}, ?::text, sequence, now, NULL::text,
        EXISTS (SELECT FROM horizon), (SELECT count(*) FROM considered WHERE suspect)
      FROM started ORDER BY nth
      """
          .replace(
              "{task_columns}",
              String.join(", ", TaskColumns.TASK.stream().map(column -> "t." + column).toList()))
          .replace("{started_columns}", String.join(", ", TaskColumns.TASK));

  private static final String HELD =
      "SELECT "
          + TaskColumns.select("t", "r")
          + ", r.extensions FROM {schema}.running r JOIN {schema}.task t ON t.id = r.task ";

  private final Sql sql;
  private final Clock clock;
  private final Claims claims;

  Claiming(Sql sql, Clock clock, Claims claims) {
    this.sql = sql;
    this.clock = clock;
    this.claims = claims;
  }

  // ---- claim ----

  List<Claimed> claim(ClaimRequest request) throws SQLException {
    String worker = request.first().worker();
    if (claims.isStrange(worker) && !isKnown(worker)) {
      claims.own(worker);
    }
    if (!claims.isNew(request.first())) {
      List<Claimed> held = stillHeld(request);
      if (!held.isEmpty()) {
        return held;
      }
    }
    var left = new Left(request);
    List<Claimed> all = new ArrayList<>();
    boolean cut = true;
    for (long read = 2L * request.limit(); cut && left.room(); read *= 2) {
      Part part = claimPart(request, left, all.size(), read);
      all.addAll(part.claimed);
      left.take(part);
      cut = part.cut;
    }
    if (all.isEmpty() && !left.asksForSomething()) {
      see(request.first().worker());
    }
    return all;
  }

  /**
   * What one statement gave.
   *
   * @param cut whether a lane was cut off, so that there may be more
   * @param suspects how many suspects were considered
   */
  private record Part(List<Claimed> claimed, boolean cut, int suspects) {}

  /** What a request may still take. */
  private static final class Left {
    private final Map<String, Integer> queues = new LinkedHashMap<>();
    private final boolean names;
    private int limit;
    private int suspects;

    Left(ClaimRequest request) {
      for (QueueLimit queue : request.queues()) {
        queues.merge(queue.queue(), queue.limit(), Integer::sum);
      }
      queues.values().removeIf(most -> most == 0);
      names = !request.names().isEmpty();
      limit = request.limit();
      suspects = request.suspects();
    }

    boolean asksForSomething() {
      return names && queues.values().stream().anyMatch(most -> most > 0);
    }

    boolean room() {
      return limit > 0 && asksForSomething();
    }

    void take(Part part) {
      limit -= part.claimed.size();
      suspects = Math.max(0, suspects - part.suspects);
      // A queue without room stays: its suspects count all the same.
      for (Claimed each : part.claimed) {
        queues.compute(each.task().queue(), (queue, most) -> most == null ? 0 : most - 1);
      }
    }
  }

  private Part claimPart(ClaimRequest request, Left left, int before, long readAtMost)
      throws SQLException {
    List<String> queues = List.copyOf(left.queues.keySet());
    String worker = request.first().worker();
    long first = request.first().sequence();
    long next = first + before;
    List<Part> rows =
        sql.list(
            CLAIM.replace("{now}", clock.now()).replace("{lease_now}", clock.leaseNow()),
            Claiming::part,
            Column.of("text", queues, queue -> queue),
            Column.of("int4", queues, left.queues::get),
            Column.of("text", List.copyOf(request.names()), name -> name),
            left.suspects,
            worker,
            before == 0 ? first : Long.MAX_VALUE,
            (long) left.suspects,
            (long) left.limit,
            readAtMost,
            left.suspects,
            left.limit,
            worker,
            next,
            first,
            lease(request.lease()),
            worker,
            first,
            next,
            worker);
    List<Claimed> claimed = new ArrayList<>(rows.size());
    rows.forEach(row -> claimed.addAll(row.claimed));
    return rows.isEmpty()
        ? new Part(List.of(), false, 0)
        : new Part(claimed, rows.get(0).cut, rows.get(0).suspects);
  }

  private static Part part(ResultSet row) throws SQLException {
    int behind = TaskColumns.behind();
    return new Part(List.of(claimed(row)), row.getBoolean(behind), row.getInt(behind + 1));
  }

  private static Claimed claimed(ResultSet row) throws SQLException {
    return new Claimed(TaskColumns.read(row, Sql::id), TaskColumns.token(row).orElseThrow());
  }

  private boolean isKnown(String worker) throws SQLException {
    return sql.first("SELECT 1 FROM {schema}.worker WHERE worker = ?", row -> true, worker)
        .isPresent();
  }

  private List<Claimed> stillHeld(ClaimRequest request) throws SQLException {
    return sql.list(
        HELD
            + "WHERE t.status = 'PENDING' AND r.worker = ? AND r.sequence BETWEEN ? AND ?"
            + " AND r.first = ? ORDER BY r.sequence",
        Claiming::claimed,
        request.first().worker(),
        request.first().sequence(),
        request.first().sequence() + request.limit() - 1L,
        request.first().sequence());
  }

  private void see(String worker) throws SQLException {
    sql.first(
        """
        INSERT INTO {schema}.worker AS w (worker, seen_at, seen_clock, claimed)
        SELECT ?, {now}, {lease_now}, -9223372036854775808
        FROM set_config('synchronous_commit', 'off', true), {schema}.admit('CLAIM')
        ON CONFLICT (worker) DO UPDATE
        SET seen_at = excluded.seen_at, seen_clock = excluded.seen_clock
        RETURNING 1
        """
            .replace("{now}", clock.now())
            .replace("{lease_now}", clock.leaseNow()),
        row -> true,
        worker);
  }

  /** Also takes a sample of the database's clock. */
  Optional<Instant> nextDue(ClaimRequest request) throws SQLException {
    List<String> queues =
        request.queues().stream()
            .filter(queue -> queue.limit() > 0)
            .map(QueueLimit::queue)
            .distinct()
            .toList();
    long before = clock.local();
    return sql.list(
            """
            SELECT {now}, min(head.rank + l.priority * 60000000)
            FROM {schema}.lane l,
              LATERAL (
                SELECT r.rank FROM {schema}.ready r
                WHERE r.lane = l.id ORDER BY r.rank LIMIT 1) AS head
            WHERE l.queue = ANY (?) AND l.name = ANY (?) AND (NOT l.suspect OR ? > 0)
            """
                .replace("{now}", clock.now()),
            row -> {
              clock.sampled(row.getLong(1), before);
              long due = row.getLong(2);
              return row.wasNull() ? Optional.<Instant>empty() : Optional.of(Times.ofMicros(due));
            },
            Column.of("text", queues, queue -> queue),
            Column.of("text", List.copyOf(request.names()), name -> name),
            request.suspects())
        .get(0);
  }

  // ---- leases ----

  private static long lease(Duration lease) {
    return (lease.compareTo(LONGEST_LEASE) > 0 ? LONGEST_LEASE : lease).toNanos();
  }

  /**
   * Passes over claims that a settlement has locked: it is about to end them, and two statements
   * that lock the same rows, each in an order of its own, would wait for each other.
   */
  List<Applied> extend(LeaseExtension extension) throws SQLException {
    List<ClaimToken> tokens = extension.tokens();
    Set<ClaimToken> extended =
        new HashSet<>(
            sql.list(
                """
                WITH clock AS MATERIALIZED (
                  SELECT {now} AS now, {lease_now} AS lease_now, {schema}.admit('EXTEND'),
                    set_config('synchronous_commit', 'off', true)
                ),
                seen AS (
                  INSERT INTO {schema}.worker AS w (worker, seen_at, seen_clock, claimed)
                  SELECT ?, now, lease_now, -9223372036854775808 FROM clock
                  ON CONFLICT (worker) DO UPDATE
                  SET seen_at = excluded.seen_at, seen_clock = excluded.seen_clock
                ),
                present AS MATERIALIZED (
                  SELECT r.task, r.worker, r.sequence
                  FROM {schema}.running r JOIN unnest(?, ?) AS e (worker, sequence)
                    USING (worker, sequence)
                ),
                free AS MATERIALIZED (
                  SELECT r.task FROM {schema}.running r
                  WHERE r.task = ANY (ARRAY(SELECT task FROM present))
                  FOR UPDATE SKIP LOCKED
                ),
                renewed AS (
                  UPDATE {schema}.running r
                  SET renewed_at = k.lease_now, lease = ?, extensions = r.extensions + 1
                  FROM free f, clock k
                  WHERE r.task = f.task
                )
                SELECT worker, sequence FROM present
                """
                    .replace("{now}", clock.now())
                    .replace("{lease_now}", clock.leaseNow()),
                row -> new ClaimToken(row.getString(1), row.getLong(2)),
                extension.worker(),
                Column.of("text", tokens, ClaimToken::worker),
                Column.of("int8", tokens, ClaimToken::sequence),
                lease(extension.lease())));
    List<Applied> answers = new ArrayList<>(tokens.size());
    for (ClaimToken token : tokens) {
      answers.add(extended.contains(token) ? Applied.APPLIED : Applied.STALE);
    }
    return answers;
  }

  /**
   * Passes over tasks that a user's transaction is about to settle, and puts away the claims of
   * those that one has settled without its worker's knowing.
   */
  List<ExpiredClaim> expired(int limit) throws SQLException {
    return sql.list(
        """
        WITH clock AS MATERIALIZED (SELECT {lease_now} AS lease_now),
        put_away AS (
          DELETE FROM {schema}.running r USING {schema}.task t
          WHERE t.id = r.task AND t.status <> 'PENDING'
            AND r.renewed_at + r.lease <= (SELECT lease_now FROM clock)
        )
        """
                .replace("{lease_now}", clock.leaseNow())
            + HELD
            + """
              WHERE t.status = 'PENDING' AND r.renewed_at + r.lease <= (SELECT lease_now FROM clock)
              ORDER BY r.renewed_at + r.lease, t.seq
              LIMIT ?
              FOR SHARE OF t SKIP LOCKED
              """,
        row -> {
          Task task = TaskColumns.read(row, Sql::id);
          return new ExpiredClaim(
              task, TaskColumns.token(row).orElseThrow(), row.getLong(TaskColumns.behind()));
        },
        limit);
  }
}
