package dev.omniq.storage.file;

import dev.omniq.storage.table.Claim;
import dev.omniq.storage.table.Entry;
import org.jspecify.annotations.Nullable;

/**
 * A live task as the file store keeps it in memory: what the table needs, and where the rest stands
 * in the journal.
 */
final class FileEntry extends Entry {
  private final long add;
  private final long set;

  FileEntry(Fixed fixed, Standing standing, @Nullable Claim claim, long add, long set) {
    super(fixed, standing, claim);
    this.add = add;
    this.set = set;
  }

  private FileEntry(FileEntry same, Standing standing, @Nullable Claim claim, long add, long set) {
    super(same, standing, claim);
    this.add = add;
    this.set = set;
  }

  /** Where its add line begins. */
  long add() {
    return add;
  }

  /** Where the line of its last state begins; {@link Location#NONE} if that is the add line. */
  long set() {
    return set;
  }

  /** The task after a line that sets its state. */
  FileEntry standing(Standing standing, long at) {
    return new FileEntry(this, standing, null, add, at);
  }

  /** The task after a claim. */
  FileEntry claimed(Claim claim) {
    var standing = new Standing(revision() + 1, dueAt(), suspect(), detached());
    return new FileEntry(this, standing, claim, add, set);
  }

  /** The same task, with its lines elsewhere. */
  FileEntry movedTo(long newAdd, long newSet) {
    var standing = new Standing(revision(), dueAt(), suspect(), detached());
    return new FileEntry(this, standing, claim().orElse(null), newAdd, newSet);
  }
}
