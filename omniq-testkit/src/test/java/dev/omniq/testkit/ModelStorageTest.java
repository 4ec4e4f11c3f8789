package dev.omniq.testkit;

/** The oracle keeps the contract that it is the measure of. */
class ModelStorageTest extends StorageContract {
  @Override
  protected StoreHome home() {
    return ModelStorage::new;
  }
}
