/**
 * The operations on GPUs. {@link org.gatun.tensor.cuda.CudaBackend} names where each operation's arithmetic is: a class for each family,
 * whose kernels are the {@code .cuh} resources of the same package, compiled for the device on first use and cached on disk.
 *
 * <ul>
 *   <li>{@code CudaDevice} is a GPU in use: its context, its kernels, and a stream for each thread;
 *   <li>{@code CudaStream} and {@code CudaBlock} order the work of several threads on one tensor;
 *   <li>{@code CudaAllocator} hands out memory in the order of streams;
 *   <li>{@code CudaFaults} brings what a kernel found wrong, such as an index out of range, back to the host;
 *   <li>{@code Transfers} copies between host and device;
 *   <li>{@code CudaRegions} runs elementwise operations, which {@code RegionSource} prints as CUDA C; the other families follow.
 * </ul>
 */
@NullMarked
package org.gatun.tensor.cuda;

import org.jspecify.annotations.NullMarked;
