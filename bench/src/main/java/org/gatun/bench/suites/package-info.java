/** What is measured: a class for each suite, and {@link org.gatun.bench.suites.Suites}, which knows them all. */
@NullMarked
package org.gatun.bench.suites;

import org.jspecify.annotations.NullMarked;
