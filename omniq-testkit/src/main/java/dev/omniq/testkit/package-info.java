/**
 * For tests, of programs that use the library and of stores: a clock moved by hand, the contract
 * that every store passes, a model to compare with, a simulator. It may use what the core makes
 * public; only tests may use it.
 */
@NullMarked
package dev.omniq.testkit;

import org.jspecify.annotations.NullMarked;
