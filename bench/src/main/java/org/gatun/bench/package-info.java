/**
 * JMH benchmarks: the cost of one operation, elementwise throughput, matrix products and the training step, each beside
 * a peer measured in the same run.
 */
@NullMarked
package org.gatun.bench;

import org.jspecify.annotations.NullMarked;
