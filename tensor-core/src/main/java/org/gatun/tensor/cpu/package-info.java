/**
 * The CPU backend: kernels on the Vector API with scalar twins, a pool of workers, and matrix products partitioned over
 * OpenBLAS.
 */
@NullMarked
package org.gatun.tensor.cpu;

import org.jspecify.annotations.NullMarked;
