package org.gatun.tensor.cpu;

/**
 * The loops of a Fourier transform of several columns at once. Numbers are complex in split form: one array of real and one of
 * imaginary parts, each of rows of {@link #lanes} numbers, one for each column. So every loop is along columns or a multiple of
 * them, and vectors never mix the elements of one column.
 *
 * <p>The passes are those of Stockham's transform, decimated in frequency: at length {@code r m} with {@code s} numbers side by side,
 * {@code y[s (r p + k) + q] = w^(k p) sum over t of x[s (p + t m) + q] e^(-2 pi i k t / r)}, where {@code w = e^(-2 pi i / (r m))}. They
 * bring the frequencies into order without a permutation, from one array to another.
 */
interface FftPasses {
    /** The number of columns. */
    int lanes();

    /** The bytes of a real number of the arrays. */
    int bytes();

    /** The bytes of a complex number outside, where the real and the imaginary part lie side by side. */
    int complexBytes();

    /**
     * One pass.
     *
     * @param radix 2, 3, 4 or 5
     * @param re real parts of x
     * @param im imaginary parts of x
     * @param toRe real parts of y
     * @param toIm imaginary parts of y
     * @param m the length after the pass
     * @param s the numbers side by side, a multiple of the lanes
     * @param roots {@code w^(k p)} for p from 0 to m - 1 and k from 1 to radix - 1, each a real and an imaginary part
     */
    void pass(int radix, long re, long im, long toRe, long toIm, int m, int s, Roots roots);

    /** Multiplies row j by the complex number j of {@code factors}, in place, for the given number of rows. */
    void scaleRows(long re, long im, int rows, Roots factors);

    /**
     * Multiplies the number in row j and column c by the complex numbers j of {@code rowFactors} (real parts first, then imaginary
     * ones) and (j, c) of {@code factors}, in place.
     */
    void scale(long re, long im, int rows, double[] rowFactors, Roots factors);

    /** Reads one column: {@code rows} complex numbers {@code step} bytes apart. */
    void readColumn(long from, long step, int rows, int column, long re, long im);

    /** Reads all columns, which lie side by side; rows are {@code step} bytes apart. */
    void readColumns(long from, long step, int rows, long re, long im);

    /**
     * Reads all columns, each from a line of its own without gaps.
     *
     * @param step the bytes from one line to the next
     * @param a room for as many rows as there are lanes
     * @param b as much room again
     */
    default void readLines(long from, long step, int rows, long re, long im, long a, long b) {
        for (int c = 0; c < lanes(); c++) {
            readColumn(from + c * step, complexBytes(), rows, c, re, im);
        }
    }

    /** Writes all columns, each to a line of its own; the parameters are {@link #readLines}'s. */
    default void writeLines(long re, long im, int rows, long to, long step, long a, long b) {
        for (int c = 0; c < lanes(); c++) {
            writeColumn(re, im, rows, c, to + c * step, complexBytes());
        }
    }

    /** Writes one column. */
    void writeColumn(long re, long im, int rows, int column, long to, long step);

    /** Writes all columns side by side. */
    void writeColumns(long re, long im, int rows, long to, long step);
}
