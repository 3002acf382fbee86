/**
 * JMH benchmarks: the cost of one operation, and, beside a peer measured in the same run, elementwise throughput (a copy), matrix
 * products (OpenBLAS's own threads) and the training step (its matrix products alone).
 */
@NullMarked
package org.gatun.bench;

import org.jspecify.annotations.NullMarked;
