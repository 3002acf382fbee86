package org.gatun.tensor.cuda;

import org.gatun.tensor.DType;

/** Finds the first few elements of long rows in sorted order, or the one in a place of it, without sorting the rows; the kernels are in {@code select.cuh}. */
final class Selection {
    /** As in {@code sort.cuh}. */
    private static final int THREADS = 256;

    private static final int TILE = 2048;
    private static final int DIGITS = 256;
    private static final int BLOCKS_EACH = 16;

    /** The most elements that a block goes through at once: it counts them in 32 bits. */
    private static final long MOST_CHUNK = 1 << 16;

    /** The bytes of a {@code Selected}. */
    private static final int SELECTED = 16;

    private record Key(DType dtype) {}

    private final Gpu gpu;
    private final DType dtype;
    private final long rows;
    private final long n;
    private final long chunk;
    private final long chunks;

    private Selection(Gpu gpu, DType dtype, long rows, long n) {
        this.gpu = gpu;
        this.dtype = dtype;
        this.rows = rows;
        this.n = n;
        // What is found does not depend on the chunks, which may therefore depend on the device.
        long even = Math.ceilDiv(rows * n, (long) gpu.multiprocessors() * BLOCKS_EACH);
        chunk = Math.clamp(Math.ceilDiv(even, TILE) * TILE, TILE, MOST_CHUNK);
        chunks = Math.ceilDiv(n, chunk);
    }

    /** Puts the first {@code k} elements of rows of {@code n} in order, and their places in the rows, at two addresses. */
    static void first(
            Gpu gpu, DType dtype, long from, long values, long indices, long rows, long n, long k, boolean descending) {
        var selection = new Selection(gpu, dtype, rows, n);
        try (Temporary some = gpu.temporary(rows * k * dtype.bytes());
                Temporary places = gpu.temporary(rows * k * Long.BYTES)) {
            selection.run(from, some.address(), places.address(), k, descending);
            CudaSorting.rows(gpu, dtype, some.address(), values, indices, rows, k, k, descending);
            gpu.launch(selection.kernel("placesInRows"), rows * k, 0, places.address(), 0, indices, rows, k, k);
        }
    }

    /** Puts the place of the element that is the {@code k}-th, from 1, in ascending order of each row at an address. */
    static void place(Gpu gpu, DType dtype, long from, long place, long rows, long n, long k) {
        new Selection(gpu, dtype, rows, n).run(from, 0, place, k, false);
    }

    private void run(long from, long values, long places, long k, boolean descending) {
        long selectedBytes = rows * SELECTED;
        long countsBytes = rows * DIGITS * Long.BYTES;
        try (Temporary selected = gpu.temporary(selectedBytes);
                Temporary counts = gpu.temporary(countsBytes);
                Temporary chosen = gpu.temporary(rows * 2 * chunks * Long.BYTES);
                Temporary totals = gpu.temporary(rows * 2 * Long.BYTES)) {
            gpu.fill(selected.address(), (byte) 0, selectedBytes);
            gpu.fill(counts.address(), (byte) 0, countsBytes);
            long[] arguments = {
                from,
                selected.address(),
                counts.address(),
                chosen.address(),
                totals.address(),
                values,
                places,
                rows,
                n,
                k,
                CudaSorting.flip(dtype, descending),
                0,
                chunks,
                chunk
            };
            for (int digit = dtype.bytes() - 1; digit >= 0; digit--) {
                arguments[11] = (long) Byte.SIZE * digit;
                launch("countKeys", rows * chunks, arguments);
                launch("chooseDigit", rows, arguments);
            }
            launch("countChosen", rows * chunks, arguments);
            launch("sumChosen", rows * 2, arguments);
            launch("collect", rows * chunks, arguments);
        }
    }

    private void launch(String name, long tasks, long[] arguments) {
        gpu.launch(kernel(name), Math.min(tasks, (long) gpu.multiprocessors() * BLOCKS_EACH), THREADS, 0, arguments);
    }

    private Kernel kernel(String name) {
        return gpu.kernel(new Key(dtype), name + "Kernel", () ->
                """
                #include "select.cuh"
                extern "C" __global__ void __launch_bounds__(256) countKeysKernel(const Selecting a) {
                    countKeys<%1$s>(a);
                }
                extern "C" __global__ void __launch_bounds__(256) chooseDigitKernel(const Selecting a) {
                    chooseDigit(a);
                }
                extern "C" __global__ void __launch_bounds__(256) countChosenKernel(const Selecting a) {
                    countChosen<%1$s>(a);
                }
                extern "C" __global__ void __launch_bounds__(256) sumChosenKernel(const Selecting a) {
                    sumChosen(a);
                }
                extern "C" __global__ void __launch_bounds__(256) collectKernel(const Selecting a) {
                    collect<%1$s>(a);
                }
                extern "C" __global__ void __launch_bounds__(256) placesInRowsKernel(const PickedRows a) {
                    placesInRows(a);
                }
                """.formatted(CType.of(dtype) + ", " + SortKeys.of(dtype).type()));
    }
}
