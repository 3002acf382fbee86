package org.gatun.tensor.memory;

import org.gatun.tensor.Device;

/**
 * What one device's allocator holds at one moment.
 *
 * <p>With the definitions below, {@code liveBytes <= systemBytes - cachedBytes <= systemBytes <= limit}; the first gap is
 * rounding to block sizes, and the last relation fails while a limit that was lowered is below what tensors hold.
 *
 * @param device the device
 * @param liveBytes the sum of the sizes asked for over all storages that have a reference: what tensors hold
 * @param liveCount how many storages those are; views of one storage count once
 * @param peakBytes the maximum of {@code liveBytes} since the start or the last {@link #resetPeak}. It is exact while one thread
 *     allocates. Threads count small blocks apart and add up every 64 KiB, so with n threads it may be off by less than n x 64 KiB
 * @param cachedBytes what is held from the system and not in any storage, ready for reuse
 * @param systemBytes what is held from the system
 * @param allocations how many storages were ever allocated
 * @param systemAllocations how often memory was ever taken from the system; it stands still in a steady state
 * @param limit the most that {@code systemBytes} may reach, {@link Long#MAX_VALUE} without a limit
 */
public record MemoryStats(
        Device device,
        long liveBytes,
        long liveCount,
        long peakBytes,
        long cachedBytes,
        long systemBytes,
        long allocations,
        long systemAllocations,
        long limit) {

    /** The present state of {@code device}'s memory. */
    public static MemoryStats of(Device device) {
        return Allocators.of(device).stats();
    }

    /** Starts a new measurement of the peak on {@code device} from what is live now. */
    public static void resetPeak(Device device) {
        Allocators.of(device).resetPeak();
    }
}
