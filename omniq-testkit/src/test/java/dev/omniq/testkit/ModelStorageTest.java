package dev.omniq.testkit;

/** The oracle keeps the contract that it is the measure of. */
class ModelStorageTest extends DurableStorageContract {
  @Override
  protected DurableHome home() {
    return new ModelHome();
  }
}
