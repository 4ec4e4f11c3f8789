package dev.omniq.dashboard;

import java.nio.file.Files;
import java.util.concurrent.CountDownLatch;

/** Shows the sample queue on port 8080, to look at pages while they are made. */
final class Preview {
  private Preview() {}

  public static void main(String[] args) throws Exception {
    try (var queue = new SampleQueue(Files.createTempDirectory("omniq-preview"));
        Dashboard dashboard = Dashboard.of(queue.omniq).port(8080).start()) {
      System.out.println(dashboard.uri());
      new CountDownLatch(1).await();
    }
  }
}
