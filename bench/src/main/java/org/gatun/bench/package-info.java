/**
 * JMH benchmarks: the cost of one operation, and, beside a peer measured in the same run, elementwise throughput (a copy), matrix
 * products (OpenBLAS's own threads), the training step (its matrix products alone), and linear algebra, convolutions, Fourier transforms,
 * pooling and resampling (DJL's PyTorch).
 */
@NullMarked
package org.gatun.bench;

import org.jspecify.annotations.NullMarked;
