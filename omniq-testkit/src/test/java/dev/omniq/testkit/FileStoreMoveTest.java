package dev.omniq.testkit;

/** File stores can be moved: also by processes that are killed and machines that lose power. */
class FileStoreMoveTest extends MoveContract {
  private long homes;

  @Override
  protected DurableHome home() {
    return new FileStoreHome(++homes, 8_000, true);
  }
}
