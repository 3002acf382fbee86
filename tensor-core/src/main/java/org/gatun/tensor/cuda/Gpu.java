package org.gatun.tensor.cuda;

import java.util.function.Supplier;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * What the families of operations ask of a GPU. Everything runs in the order of the calling thread's stream, and nothing waits for it but
 * {@link #synchronize}.
 */
interface Gpu {
    /** The device. */
    Device.Cuda device();

    /** A fresh contiguous tensor, whose values are whatever the memory holds. */
    ConcreteTensor allocate(DType dtype, Shape shape);

    /** Memory for the time of an operation. */
    Temporary temporary(long bytes);

    /** The tensor itself if its elements lie row by row, otherwise a fresh copy, which the caller closes. */
    ConcreteTensor contiguous(ConcreteTensor x);

    /**
     * A kernel, compiled on its first use.
     *
     * @param key a value that tells its program from all others
     * @param name the kernel's name in the program
     * @param program the program's text, which may include the {@code .cuh} resources of this package
     */
    Kernel kernel(Object key, String name, Supplier<String> program);

    /**
     * Starts a kernel.
     *
     * @param blocks the number of blocks; no more than fit in a grid
     * @param threads the threads of a block
     * @param sharedBytes shared memory of a block on top of what the kernel declares
     * @param arguments the fields, all of 8 bytes, of the structure that is the kernel's parameter
     */
    void launch(Kernel kernel, long blocks, int threads, int sharedBytes, long... arguments);

    /** Starts a kernel whose threads walk over {@code items} with a stride of the grid's size; nothing if there are none. */
    void launch(Kernel kernel, long items, long... arguments);

    /** Sets bytes of the device's memory. */
    void fill(long address, byte value, long bytes);

    /** Copies between ranges of the device's memory that do not overlap. */
    void copy(long source, long target, long bytes);

    /** The number of multiprocessors. */
    int multiprocessors();

    /** This thread's cuBLAS handle. */
    long blas();

    /** Where kernels report what they find wrong: the address of this thread's record, see {@code faults.cuh}. */
    long faults();

    /**
     * A number for a place where a kernel may find something wrong.
     *
     * @param exception makes, from what the kernel reports, what the next wait throws
     */
    long site(CudaFaults.Fault exception);

    /** What this thread's work goes into, instead of running; null as a rule. */
    @Nullable
    Recording recording();

    /** Waits for this thread's stream, and throws what its kernels found wrong. */
    void synchronize();
}
