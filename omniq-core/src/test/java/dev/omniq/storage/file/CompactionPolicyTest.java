package dev.omniq.storage.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.omniq.storage.file.SealedTasks.Survey;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class CompactionPolicyTest {
  private final MemoryDisk disk = new MemoryDisk();
  private final CompactionPolicy policy = new CompactionPolicy(3, 2);

  private SealedTasks sealed(int count) throws IOException {
    RandomJournal journal = new RandomJournal(71, disk).with(count, 60);
    return Indexes.of(disk, journal.layout(), journal.segments());
  }

  private static Survey survey(long tasks, long bytes) {
    return new Survey(tasks, 0, bytes, 0);
  }

  @Test
  void pays_whenHalfOfTheBytesAreOfNoUse() throws IOException {
    SealedTasks sealed = sealed(3);
    long half = sealed.bytes() / 2;

    assertThat(policy.pays(sealed, survey(10, half))).isTrue();
    assertThat(policy.pays(sealed, survey(10, half + 1))).isFalse();
  }

  @Test
  void pays_withTooFewSegments_isFalse() throws IOException {
    assertThat(policy.pays(sealed(2), survey(0, 0))).isFalse();
  }

  @Test
  void mayPay_goesByTheSizeOfATaskAtTheLastSurvey() throws IOException {
    SealedTasks sealed = sealed(3);
    Survey last = survey(100, sealed.bytes());

    assertThat(policy.mayPay(sealed, last, 100)).isFalse();
    assertThat(policy.mayPay(sealed, last, 51)).isFalse();
    assertThat(policy.mayPay(sealed, last, 50)).isTrue();
  }

  @Test
  void mayPay_beforeAnySurvey_asksForOne() throws IOException {
    assertThat(policy.mayPay(sealed(3), Survey.NONE, 1_000_000)).isTrue();
  }

  @Test
  void survey_ofWhatCompactionWrote_says_thatItDoesNotPay() throws IOException {
    RandomJournal journal = new RandomJournal(72, disk).with(6, 120);
    SealedTasks before = Indexes.of(disk, journal.layout(), journal.segments());
    Survey estimate = before.forEach(effect -> {});
    int[] number = {100};
    var compactor =
        new Compactor(
            disk,
            journal.layout(),
            Indexes.segments(disk, journal.layout()),
            () -> number[0]++,
            1 << 14);

    var after = new SealedTasks(compactor.compact(before.segments(), b -> true).orElseThrow());

    assertThat(policy.pays(after, after.forEach(effect -> {}))).isFalse();
    assertThat(after.bytes()).isBetween(estimate.bytes() / 2, estimate.bytes() * 2);
  }
}
