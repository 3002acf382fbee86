package org.gatun.tensor.cuda;

import java.util.Arrays;
import org.gatun.tensor.ConcreteTensor;

/**
 * Copies whose nearest elements lie along one axis in the source and along another in the result, by tiles through shared memory; the kernel
 * is in {@code transpose.cuh}.
 */
final class CudaTransposes {
    /** Axes that a kernel counts besides the two of the tiles. */
    private static final int AXES = 6;

    private static final int THREADS = 256;
    private static final int BLOCKS_EACH = 16;

    /** The bytes that memory is read by: neighbours that are further apart gain nothing from being read together. */
    private static final int SECTOR = 32;

    /** The least columns, and the least rows, of a tile, as a power of 2. */
    private static final int LEAST = 2;

    private CudaTransposes() {}

    private record Key(String type) {}

    /** Whether a layout's nearest elements lie along another axis than those of a result, so that one of them is walked in steps. */
    static boolean liesAcross(MergedAxes axes, int layout, int result, int bytes) {
        int column = axes.nearest(layout);
        int row = axes.nearest(result);
        long[] from = axes.strides()[layout];
        long[] to = axes.strides()[result];
        return column != row
                && column >= 0
                && row >= 0
                && from[row] != 0
                && Math.abs(from[column]) < Math.abs(from[row])
                && Math.abs(from[column]) * bytes < SECTOR
                && Math.abs(to[row]) * bytes < SECTOR;
    }

    /** Copies the elements of {@code x}, of one shape with {@code out}, into existing memory, if they lie across; otherwise does nothing. */
    static boolean copy(CudaDevice gpu, ConcreteTensor x, ConcreteTensor out) {
        MergedAxes axes = MergedAxes.of(out.shape(), x.layout(), out.layout());
        int bytes = x.dtype().bytes();
        if (axes.rank() - 2 > AXES || !liesAcross(axes, 0, 1, bytes)) {
            return false;
        }
        int column = axes.nearest(0);
        int row = axes.nearest(1);
        long columns = axes.sizes()[column];
        long rows = axes.sizes()[row];
        // As in transpose.cuh.
        int logItems = bytes <= 2 ? 12 : 10;
        int logWidth = width(columns, rows, logItems);
        long across = Math.ceilDiv(columns, 1L << logWidth);
        long down = Math.ceilDiv(rows, 1L << (logItems - logWidth));
        long planes = out.shape().elements() / columns / rows;
        String type = CType.word(x.dtype());
        Kernel kernel = gpu.kernel(new Key(type), "transposed", () -> """
                #include "transpose.cuh"
                extern "C" __global__ void __launch_bounds__(256) transposed(const Transposing a) {
                    transpose<%s>(a);
                }
                """.formatted(type));
        long[] arguments = new long[12 + 3 * AXES];
        arguments[0] = x.address();
        arguments[1] = out.address();
        arguments[2] = planes * across * down;
        arguments[3] = across;
        arguments[4] = down;
        arguments[5] = logWidth;
        arguments[6] = columns;
        arguments[7] = rows;
        for (int k = 0; k < 2; k++) {
            arguments[8 + 2 * k] = axes.strides()[k][column];
            arguments[9 + 2 * k] = axes.strides()[k][row];
        }
        int at = 12;
        Arrays.fill(arguments, at, at + AXES, 1);
        for (int a = 0; a < axes.rank(); a++) {
            if (a != column && a != row) {
                arguments[at] = axes.sizes()[a];
                arguments[at + AXES] = axes.strides()[0][a];
                arguments[at + 2 * AXES] = axes.strides()[1][a];
                at++;
            }
        }
        long blocks = Math.min(planes * across * down, (long) gpu.multiprocessors() * BLOCKS_EACH);
        gpu.launch(kernel, blocks, THREADS, 0, arguments);
        return true;
    }

    /** The columns of a tile, as a power of 2: as many as its rows, but where there are fewer of one kind. */
    private static int width(long columns, long rows, int logItems) {
        int half = logItems / 2;
        int wide = log(columns);
        return wide < half ? Math.max(wide, LEAST) : logItems - Math.clamp(log(rows), LEAST, half);
    }

    /** The least power of 2 that is not less than a number. */
    private static int log(long n) {
        return Long.SIZE - Long.numberOfLeadingZeros(n - 1);
    }
}
