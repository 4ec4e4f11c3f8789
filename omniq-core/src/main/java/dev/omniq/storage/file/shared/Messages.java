package dev.omniq.storage.file.shared;

import dev.omniq.task.StorageException;

/** What people read when something does not work. */
final class Messages {
  private Messages() {}

  static StorageException closed() {
    return new StorageException("the store is closed");
  }

  static StorageException callTooLong(long bytes, int most) {
    return new StorageException(
        "the call takes %d bytes as a message to the owner of the store, of at most %d; give fewer or smaller tasks at once"
            .formatted(bytes, most));
  }

  static StorageException answerTooLong(long bytes, int most) {
    return new StorageException(
        "the answer takes %d bytes as a message from the owner of the store, of at most %d; ask for fewer tasks at once"
            .formatted(bytes, most));
  }

  static StorageException otherVersion(Frame.Hello hello) {
    return new StorageException(
        "the store is served by process %d, whose version of OmniQ speaks version %d of the protocol, and this one version %d; let all processes of a directory use one version"
            .formatted(hello.pid(), hello.omniq(), Frame.Hello.VERSION));
  }
}
