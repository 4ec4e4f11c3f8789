package dev.omniq.testkit;

/** The file store keeps the contract. */
class FileStoreContractTest extends DurableStorageContract {
  @Override
  protected DurableHome home() {
    return new FileStoreHome(1, 8_000, false);
  }
}
