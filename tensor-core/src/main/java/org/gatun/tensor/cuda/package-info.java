/**
 * The operations on GPUs. {@link org.gatun.tensor.cuda.CudaBackend} names where each operation's arithmetic is: a class for each family,
 * whose kernels are the {@code .cuh} resources of the same package, compiled for the device on first use and cached on disk.
 *
 * <ul>
 *   <li>{@code CudaDevice} is a GPU in use: its context, its kernels, and a stream for each thread;
 *   <li>{@code CudaStream} and {@code CudaBlock} order the work of several threads on one tensor;
 *   <li>{@code CudaAllocator} hands out memory in the order of streams;
 *   <li>{@code CudaFaults} brings what a kernel found wrong, such as an index out of range, back to the host;
 *   <li>{@code Recording} is a step that is captured as a graph, and {@code GraphMemory} the memory that its addresses point into;
 *   <li>{@code Transfers} copies between host and device;
 *   <li>{@code CudaRegions} runs elementwise operations, which {@code RegionSource} prints as CUDA C, and {@code CudaForEach} on many lists of tensors at once; {@code CudaCopies}
 *       copies with them;
 *   <li>{@code CudaReductions}, {@code CudaScans}, {@code CudaSoftmax}, {@code CudaNorms}, {@code CudaClassLosses}, {@code CudaAttention}, {@code
 *       CudaSorting} (with {@code RadixSort} and {@code Selection}), {@code CudaTransposes}, {@code CudaIndexing}, {@code CudaConvolutions}, {@code CudaPooling},
 *       {@code CudaFourier}, {@code CudaSources} and {@code CudaVariates} have kernels, {@code CudaProducts} and {@code CudaLinear} call cuBLAS and cuBLASLt;
 *   <li>{@code VaryingConstants} keeps numbers that change from compiling a program each;
 *   <li>{@code OnHost} runs LAPACK's operations on the host.
 * </ul>
 */
@NullMarked
package org.gatun.tensor.cuda;

import org.jspecify.annotations.NullMarked;
