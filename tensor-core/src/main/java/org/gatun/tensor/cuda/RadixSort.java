package org.gatun.tensor.cuda;

/** Sorts rows of keys of any length on a GPU, stably, by rounds over 8 bits of the keys. */
final class RadixSort {
    /** As in {@code sort.cuh}. */
    private static final int THREADS = 256;

    private static final int TILE = 2048;
    private static final int DIGITS = 256;
    private static final int BLOCKS_EACH = 16;

    private record Key(String name, SortKeys keys) {}

    private final Gpu gpu;
    private final SortKeys keys;
    private final long rows;
    private final long n;

    /** For {@code rows} rows of {@code n} keys each. */
    RadixSort(Gpu gpu, SortKeys keys, long rows, long n) {
        this.gpu = gpu;
        this.keys = keys;
        this.rows = rows;
        this.n = n;
    }

    /**
     * Sorts keys, which are overwritten.
     *
     * @param from the keys
     * @param order where the places, within the rows, of the sorted keys go: longs
     * @param sorted where the sorted keys go, apart from the others; 0 if nobody needs them
     * @param digits how many bytes of the keys, from the lowest on, differ
     */
    void sort(long from, long order, long sorted, int digits) {
        long items = rows * n;
        if (items == 0) {
            return;
        }
        long tiles = (n + TILE - 1) / TILE;
        boolean several = digits > 1;
        try (Temporary otherKeys = gpu.temporary(several && sorted == 0 ? items * keys.bytes() : 0);
                Temporary otherOrder = gpu.temporary(several ? items * Long.BYTES : 0);
                Temporary counts = gpu.temporary(rows * DIGITS * tiles * Long.BYTES);
                Temporary totals = gpu.temporary(rows * DIGITS * Long.BYTES)) {
            long there = from;
            long other = sorted == 0 ? otherKeys.address() : sorted;
            long indices = 0;
            for (int round = 0; round < digits; round++) {
                boolean last = round == digits - 1;
                long toIndices = (digits - 1 - round) % 2 == 0 ? order : otherOrder.address();
                long toKeys = last && sorted == 0 ? 0 : other;
                long[] arguments = {
                    there,
                    indices,
                    toKeys,
                    toIndices,
                    counts.address(),
                    totals.address(),
                    rows,
                    n,
                    tiles,
                    (long) Byte.SIZE * round
                };
                gpu.launch(kernel("countDigits"), blocks(rows * tiles), THREADS, 0, arguments);
                gpu.launch(sums(), blocks(rows * DIGITS), THREADS, 0, arguments);
                gpu.launch(kernel("moveDigits"), blocks(rows * tiles), THREADS, 0, arguments);
                indices = toIndices;
                other = there;
                there = toKeys;
            }
            if (sorted != 0 && there != sorted) {
                gpu.copy(there, sorted, items * keys.bytes());
            }
        }
    }

    private long blocks(long items) {
        return Math.min(items, (long) gpu.multiprocessors() * BLOCKS_EACH);
    }

    private Kernel kernel(String name) {
        return gpu.kernel(new Key(name, keys), name + "Kernel", () -> """
                #include "sort.cuh"
                extern "C" __global__ void %1$sKernel(RadixRound a) {
                    %1$s<%2$s>(a);
                }
                """.formatted(name, keys.type()));
    }

    private Kernel sums() {
        return gpu.kernel(new Key("sumCounts", SortKeys.U64), "sumCountsKernel", () -> """
                #include "sort.cuh"
                extern "C" __global__ void sumCountsKernel(RadixRound a) {
                    sumCounts(a);
                }
                """);
    }
}
