/** The side of ND4J in the benchmarks. */
@NullMarked
package org.gatun.bench.nd4j;

import org.jspecify.annotations.NullMarked;
