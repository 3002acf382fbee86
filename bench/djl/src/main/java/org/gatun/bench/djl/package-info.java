/** The side of DJL's PyTorch in the benchmarks. */
@NullMarked
package org.gatun.bench.djl;

import org.jspecify.annotations.NullMarked;
