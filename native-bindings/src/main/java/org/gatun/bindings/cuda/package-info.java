/**
 * CUDA's driver, cuBLAS, cuBLASLt and NVRTC as Java methods: pointers into a device's memory and handles are longs, a status
 * that tells of a failure becomes a {@link org.gatun.bindings.cuda.CudaException}. Nothing here keeps track of what it gives
 * out; the tensor module does.
 */
@NullMarked
package org.gatun.bindings.cuda;

import org.jspecify.annotations.NullMarked;
