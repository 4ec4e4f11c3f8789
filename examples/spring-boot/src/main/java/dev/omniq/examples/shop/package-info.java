/** The application of {@code docs/how-to/use-with-spring-boot.md}; a test runs it. */
@NullMarked
package dev.omniq.examples.shop;

import org.jspecify.annotations.NullMarked;
