/** The side of PyTorch's C++ library, called by JavaCPP in the benchmarks. */
@NullMarked
package org.gatun.bench.libtorch;

import org.jspecify.annotations.NullMarked;
