package org.gatun.tensor.cpu;

/** Folds truth values, bytes of 0 or 1, eight at a time: or ({@link FoldFn#MAX}) and and ({@link FoldFn#MIN}). */
final class BoolFoldLoop implements FoldKernel {
    private static final long ALL_TRUE = 0x0101010101010101L;

    /** The bytes between two looks at whether the result is decided. */
    private static final int STRIDE = 4096;

    private final boolean and;

    BoolFoldLoop(boolean and) {
        this.and = and;
    }

    @Override
    public void row(long in, long n, long out) {
        Ram.putBool(out, and ? !any(in, n, ALL_TRUE) : any(in, n, 0));
    }

    /** Whether some byte of the row differs from the bytes of {@code pattern}, which are all equal. */
    private static boolean any(long in, long n, long pattern) {
        for (long done = 0; done < n; done += STRIDE) {
            if (anyOf(in + done, (int) Math.min(STRIDE, n - done), pattern)) {
                return true;
            }
        }
        return false;
    }

    private static boolean anyOf(long in, int n, long pattern) {
        long differences = 0;
        int i = 0;
        for (; i <= n - 8; i += 8) {
            differences |= Ram.getLong(in + i) ^ pattern;
        }
        for (; i < n; i++) {
            differences |= Ram.getByte(in + i) ^ (pattern & 1);
        }
        return differences != 0;
    }

    @Override
    public void columns(long in, int rows, long stride, int width, long out) {
        Ram.copy(in, out, width);
        for (int r = 1; r < rows; r++) {
            if (and) {
                andRow(in + r * stride, width, out);
            } else {
                orRow(in + r * stride, width, out);
            }
        }
    }

    private static void andRow(long in, int width, long out) {
        int j = 0;
        for (; j <= width - 8; j += 8) {
            Ram.putLong(out + j, Ram.getLong(out + j) & Ram.getLong(in + j));
        }
        for (; j < width; j++) {
            Ram.putByte(out + j, (byte) (Ram.getByte(out + j) & Ram.getByte(in + j)));
        }
    }

    private static void orRow(long in, int width, long out) {
        int j = 0;
        for (; j <= width - 8; j += 8) {
            Ram.putLong(out + j, Ram.getLong(out + j) | Ram.getLong(in + j));
        }
        for (; j < width; j++) {
            Ram.putByte(out + j, (byte) (Ram.getByte(out + j) | Ram.getByte(in + j)));
        }
    }
}
