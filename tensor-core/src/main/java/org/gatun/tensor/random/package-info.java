/**
 * Seeded counter-based random numbers: the same seed gives the same numbers on every device and thread count.
 */
@NullMarked
package org.gatun.tensor.random;

import org.jspecify.annotations.NullMarked;
