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

  /** In a worker's row, in place of the token of its last claim: none has given anything yet. */
  private static final String NOTHING_CLAIMED = "(-9223372036854775808)";

  static final String CLAIM =
      "SELECT "
          + String.join(", ", TaskColumns.TASK.stream().map(each -> "(c.task)." + each).toList())
          + ", ?::text, c.token, c.started, NULL::text"
          + " FROM {schema}.claim_tasks(?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AS c"
          + " ORDER BY c.token";

  static final String NEXT_DUE =
      "SELECT present, due_at, lease_left FROM {schema}.next_due(?, ?, ?, ?, ?)";

  /**
   * Some claims, each with its task, read in this order, no further than to the limit. Joined in
   * any other way, the planner may begin with all tasks that wait: when it gathered its statistics,
   * there may have been none. Tasks that somebody has locked can be passed over.
   */
  private static String held(String claims, String order, String lock) {
    return """
        SELECT {columns}, r.extensions
        FROM (
            SELECT *, renewed_at + lease AS ends FROM {schema}.running
            WHERE {claims} ORDER BY {order} OFFSET 0) AS r,
          LATERAL (
            SELECT * FROM {schema}.task c
            WHERE c.id = r.task AND c.status = 'PENDING' OFFSET 0 {lock}) AS t
        ORDER BY {order}
        """
        .replace("{columns}", TaskColumns.select("t", "r"))
        .replace("{claims}", claims)
        .replace("{order}", order)
        .replace("{lock}", lock);
  }

  private static final String STILL_HELD =
      held("worker = ? AND sequence BETWEEN ? AND ? AND first = ?", "sequence", "");

  private static final String EXPIRED =
      """
      WITH clock AS MATERIALIZED (SELECT {lease_now} AS lease_now),
      put_away AS (
        DELETE FROM {schema}.running r
        WHERE r.renewed_at + r.lease <= (SELECT lease_now FROM clock)
          AND (SELECT t.status FROM {schema}.task t WHERE t.id = r.task) <> 'PENDING'
      )
      """
          + held(
              "renewed_at + lease <= (SELECT lease_now FROM clock)",
              "ends, sequence",
              "FOR SHARE SKIP LOCKED")
          + "LIMIT ?";

  private final Sql sql;
  private final Clock clock;
  private final Claims claims;
  private final LeaseEnds leaseEnds;

  Claiming(Sql sql, Clock clock, Claims claims, LeaseEnds leaseEnds) {
    this.sql = sql;
    this.clock = clock;
    this.claims = claims;
    this.leaseEnds = leaseEnds;
  }

  // ---- claim ----

  List<Claimed> claim(ClaimRequest request) throws SQLException {
    leaseEnds.forget();
    String worker = request.first().worker();
    if (claims.isStrange(worker) && !hasClaimed(worker)) {
      claims.own(worker);
    }
    boolean isNew = claims.isNew(request.first());
    if (!isNew) {
      List<Claimed> held = stillHeld(request);
      if (!held.isEmpty()) {
        return held;
      }
    }
    Map<String, Integer> queues = new LinkedHashMap<>();
    request.queues().forEach(queue -> queues.merge(queue.queue(), queue.limit(), Integer::sum));
    queues.values().removeIf(most -> most == 0);
    if (request.limit() == 0 || queues.isEmpty() || request.names().isEmpty()) {
      see(worker);
      return List.of();
    }
    List<Claimed> claimed =
        sql.list(
            CLAIM,
            Claiming::claimed,
            worker,
            clock.givenNow(),
            clock.givenLeaseNow(),
            worker,
            request.first().sequence(),
            Column.of("text", List.copyOf(queues.keySet()), queue -> queue),
            Column.of("int4", List.copyOf(queues.values()), most -> most),
            Column.of("text", List.copyOf(request.names()), name -> name),
            request.suspects(),
            request.limit(),
            lease(request.lease()));
    if (isNew && claimed.isEmpty()) {
      claims.hadNothing(request.first());
    }
    return claimed;
  }

  private static Claimed claimed(ResultSet row) throws SQLException {
    return new Claimed(TaskColumns.read(row, Sql::id), TaskColumns.token(row).orElseThrow());
  }

  /** Its row alone does not tell: a sign of life may have come before the first claim. */
  private boolean hasClaimed(String worker) throws SQLException {
    return sql.first(
            "SELECT 1 FROM {schema}.worker WHERE worker = ? AND claimed > " + NOTHING_CLAIMED,
            row -> true,
            worker)
        .isPresent();
  }

  private List<Claimed> stillHeld(ClaimRequest request) throws SQLException {
    return sql.list(
        STILL_HELD,
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
        SELECT ?, {now}, {lease_now}, {nothing}
        FROM set_config('synchronous_commit', 'off', true), {schema}.admit('CLAIM')
        ON CONFLICT (worker) DO UPDATE
        SET seen_at = excluded.seen_at, seen_clock = excluded.seen_clock
        RETURNING 1
        """
            .replace("{now}", clock.now())
            .replace("{lease_now}", clock.leaseNow())
            .replace("{nothing}", NOTHING_CLAIMED),
        row -> true,
        worker);
  }

  /** Also takes a sample of the database's clock, and looks when the first lease ends. */
  Optional<Instant> nextDue(ClaimRequest request) throws SQLException {
    List<String> queues =
        request.queues().stream()
            .filter(queue -> queue.limit() > 0)
            .map(QueueLimit::queue)
            .distinct()
            .toList();
    long before = clock.local();
    return sql.list(
            NEXT_DUE,
            row -> {
              clock.sampled(row.getLong(1), before);
              long left = row.getLong(3);
              leaseEnds.sampled(before, row.wasNull() ? Long.MAX_VALUE : left);
              long due = row.getLong(2);
              return row.wasNull() ? Optional.<Instant>empty() : Optional.of(Times.ofMicros(due));
            },
            clock.givenNow(),
            clock.givenLeaseNow(),
            Column.of("text", queues, queue -> queue),
            Column.of("text", List.copyOf(request.names()), name -> name),
            request.suspects() > 0)
        .get(0);
  }

  // ---- leases ----

  private static long lease(Duration lease) {
    return (lease.compareTo(LONGEST_LEASE) > 0 ? LONGEST_LEASE : lease).toNanos();
  }

  /**
   * Passes over claims that a settlement has locked: it is about to end them, and two statements
   * that lock the same rows, each in an order of its own, would wait for each other. Notes lock
   * claims that go on, but a worker's are stored before its renewal begins: one thread calls for
   * both.
   *
   * <p>Reads all claims once, for there is no index by token, which each claim would pay for. IS
   * TRUE keeps it from becoming a join, which might be a loop over all claims for each token.
   */
  List<Applied> extend(LeaseExtension extension) throws SQLException {
    List<ClaimToken> tokens = extension.tokens();
    if (!tokens.isEmpty()) {
      leaseEnds.forget();
    }
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
                  SELECT ?, now, lease_now, {nothing} FROM clock
                  ON CONFLICT (worker) DO UPDATE
                  SET seen_at = excluded.seen_at, seen_clock = excluded.seen_clock
                ),
                present AS MATERIALIZED (
                  SELECT r.task, r.worker, r.sequence FROM {schema}.running r
                  WHERE ((r.worker, r.sequence) IN (SELECT * FROM unnest(?, ?))) IS TRUE
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
                    .replace("{lease_now}", clock.leaseNow())
                    .replace("{nothing}", NOTHING_CLAIMED),
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
    if (leaseEnds.noneUntil(clock.local())) {
      return List.of();
    }
    return sql.list(
        EXPIRED.replace("{lease_now}", clock.leaseNow()),
        row -> {
          Task task = TaskColumns.read(row, Sql::id);
          return new ExpiredClaim(
              task, TaskColumns.token(row).orElseThrow(), row.getLong(TaskColumns.behind()));
        },
        limit);
  }
}
