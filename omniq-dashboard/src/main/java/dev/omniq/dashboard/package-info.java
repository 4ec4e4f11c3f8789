/**
 * Looks into a queue and acts on its tasks, by pages for people and by HTTP for programs. {@link
 * dev.omniq.dashboard.Dashboard} is the way in. A request goes through the {@code Guard}, then the
 * {@code Router} finds its handler. Asks the queue what any program may ask, through {@link
 * dev.omniq.OmniQ}, and never its store.
 */
@NullMarked
package dev.omniq.dashboard;

import org.jspecify.annotations.NullMarked;
