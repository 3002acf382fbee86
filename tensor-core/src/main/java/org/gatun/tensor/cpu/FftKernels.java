package org.gatun.tensor.cpu;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;

/**
 * {@code Op.Fft} on tensors. Lines along the axis are transformed several at once, one in each lane of the vectors, by an {@link
 * FftPlan}; long lines, and lines too few to fill the lanes, each by itself: see {@link FftLine}.
 */
final class FftKernels {
    /** The most bytes that the columns of a plan take in a processor's second-level cache. */
    private static final long COLUMN_BYTES = 512 * 1024;

    /** Up to this length a line is not worth more than a lane. */
    private static final int SHORT = 32;

    /** The fewest complex numbers worth handing to another thread, times the logarithm of the length. */
    private static final long GRAIN = 32 * 1024;

    private FftKernels() {}

    static ConcreteTensor fft(Op.Fft op, ConcreteTensor x) {
        Shape shape = x.shape();
        ConcreteTensor out = ConcreteTensor.allocate(x.dtype(), shape, x.device());
        if (shape.isEmpty()) {
            return out;
        }
        long inner = Rows.inner(shape, op.axis()) / 2;
        long outer = Rows.outer(shape, op.axis());
        try (Scratch scratch = Scratch.open()) {
            long in = Rows.of(x, scratch);
            transform(in, out.address(), (int) shape.size(op.axis()), outer, inner, x.dtype(), op.inverse());
        }
        return out;
    }

    /**
     * Transforms all lines of complex numbers.
     *
     * @param in the numbers, row by row
     * @param out where the results go; may be where the numbers are
     * @param n the numbers of a line
     * @param outer the sizes before the axis, multiplied
     * @param inner the sizes behind the axis, multiplied
     */
    static void transform(long in, long out, int n, long outer, long inner, DType dtype, boolean inverse) {
        FftPasses passes = FftPlan.passes(dtype);
        var layout = new Lines(n, inner, passes.complexBytes(), in, out, inverse);
        long lines = outer * inner;
        boolean fits = 4L * n * passes.lanes() * passes.bytes() <= COLUMN_BYTES;
        if (n <= SHORT || (fits && 2 * lines >= passes.lanes())) {
            columns(layout, lines, passes);
            return;
        }
        FftLine line = FftLine.of(n, dtype);
        WorkerPool.parallelFor(lines, grain(n, 1), (begin, end) -> {
            for (long i = begin; i < end; i++) {
                line.run(layout.from(i), layout.to(i), layout.step(), inverse);
            }
        });
    }

    /**
     * Where the lines along an axis lie.
     *
     * @param n the numbers of a line
     * @param inner lines that lie side by side
     * @param bytes the bytes of a complex number
     * @param in the operand, row by row
     * @param out the result, row by row
     * @param inverse the direction
     */
    private record Lines(int n, long inner, int bytes, long in, long out, boolean inverse) {
        private long offset(long line) {
            return (line / inner * inner * n + line % inner) * bytes;
        }

        long from(long line) {
            return in + offset(line);
        }

        long to(long line) {
            return out + offset(line);
        }

        /** The bytes from one number of a line to the next. */
        long step() {
            return inner * bytes;
        }

        /** Whether {@code count} lines from the given one lie side by side. */
        boolean isTogether(long line, int count) {
            return line % inner + count <= inner;
        }

        /** Whether lines are without gaps, and long enough for a square of {@code count} by count numbers of the arrays. */
        boolean isApart(int count) {
            return inner == 1 && n >= count;
        }
    }

    private static void columns(Lines lines, long count, FftPasses passes) {
        FftPlan plan = FftPlan.of(lines.n, passes);
        int lanes = passes.lanes();
        WorkerPool.parallelFor((count - 1) / lanes + 1, grain(lines.n, lanes), (begin, end) -> {
            try (Scratch scratch = Scratch.open()) {
                FftPlan.Arrays room = FftPlan.Arrays.of(passes, plan.rows(), scratch);
                FftPlan.Arrays arrays = lines.inverse ? room.exchanged() : room;
                for (long block = begin; block < end; block++) {
                    long first = block * lanes;
                    int columns = (int) Math.min(lanes, count - first);
                    read(lines, first, columns, passes, arrays);
                    FftPlan.Arrays done =
                            lines.inverse ? plan.run(arrays.exchanged()).exchanged() : plan.run(arrays);
                    write(lines, first, columns, passes, done);
                }
            }
        });
    }

    private static void read(Lines lines, long first, int columns, FftPasses passes, FftPlan.Arrays to) {
        int lanes = passes.lanes();
        if (columns == lanes && lines.isTogether(first, lanes)) {
            passes.readColumns(lines.from(first), lines.step(), lines.n, to.re(), to.im());
            return;
        }
        if (columns == lanes && lines.isApart(lanes)) {
            long step = lines.n * lines.step();
            passes.readLines(lines.from(first), step, lines.n, to.re(), to.im(), to.otherRe(), to.otherIm());
            return;
        }
        if (columns < lanes) {
            long size = (long) lines.n * lanes * passes.bytes();
            Ram.zero(to.re(), size);
            Ram.zero(to.im(), size);
        }
        for (int c = 0; c < columns; c++) {
            passes.readColumn(lines.from(first + c), lines.step(), lines.n, c, to.re(), to.im());
        }
    }

    private static void write(Lines lines, long first, int columns, FftPasses passes, FftPlan.Arrays from) {
        if (columns == passes.lanes() && lines.isTogether(first, columns)) {
            passes.writeColumns(from.re(), from.im(), lines.n, lines.to(first), lines.step());
            return;
        }
        if (columns == passes.lanes() && lines.isApart(columns)) {
            long step = lines.n * lines.step();
            passes.writeLines(from.re(), from.im(), lines.n, lines.to(first), step, from.otherRe(), from.otherIm());
            return;
        }
        for (int c = 0; c < columns; c++) {
            passes.writeColumn(from.re(), from.im(), lines.n, c, lines.to(first + c), lines.step());
        }
    }

    /** Pieces of {@code columns} lines of length n that are worth handing to another thread. */
    static long grain(long n, long columns) {
        long work = n * columns * (Long.SIZE - Long.numberOfLeadingZeros(n));
        return Math.max(1, GRAIN * 8 / Math.max(1, work));
    }
}
