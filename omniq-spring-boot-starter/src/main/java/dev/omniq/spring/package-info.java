/**
 * OmniQ in an application of Spring Boot: the queue and a worker as beans, and tasks in the
 * transactions of Spring. Uses the core's public API and nothing else; nothing uses it.
 */
@NullMarked
package dev.omniq.spring;

import org.jspecify.annotations.NullMarked;
