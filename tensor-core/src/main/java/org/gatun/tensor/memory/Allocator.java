package org.gatun.tensor.memory;

/**
 * Hands out native memory on one device and takes it back through {@link Storage#release}.
 *
 * <p>All methods may be called from any thread. {@link Allocators#of} gives a device's allocator.
 */
public interface Allocator {

    /**
     * Allocates memory, 64-byte aligned, with undefined contents (NaN patterns at leak level {@code paranoid}).
     *
     * <p>When the limit is reached, or the system has no more: cached memory is given back to the system, then, once, the
     * garbage collector is asked to find unreachable tensors, and only then the allocation fails.
     *
     * @param bytes the size, 0 or more; 0 is legal, for empty tensors
     * @return a storage with one reference, which the caller owns
     * @throws IllegalArgumentException if {@code bytes} is negative
     * @throws OutOfNativeMemoryException if the memory is not to be had; the message lists the largest holders
     */
    Storage allocate(long bytes);

    /** What is held now, and the peak. */
    MemoryStats stats();

    /** Starts a new measurement of the peak from what is live now. */
    void resetPeak();

    /** The most bytes this allocator may hold from the system; {@link Long#MAX_VALUE} if there is no limit. */
    long limit();

    /**
     * Sets the most bytes this allocator may hold from the system. Cached memory is given back if it holds more than that
     * now; what tensors hold stays.
     *
     * @param bytes the limit, 1 or more
     * @throws IllegalArgumentException if {@code bytes} is less than 1
     */
    void limit(long bytes);

    /** Gives all memory that no tensor holds back to the system, as far as it makes up whole regions. */
    void trim();
}
