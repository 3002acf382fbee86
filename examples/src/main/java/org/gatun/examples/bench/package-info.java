/** {@code gatun bench}: the same work on the CPU and on a GPU, beside PyTorch where there is one. */
@NullMarked
package org.gatun.examples.bench;

import org.jspecify.annotations.NullMarked;
