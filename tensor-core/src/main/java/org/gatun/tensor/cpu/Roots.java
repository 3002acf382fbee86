package org.gatun.tensor.cpu;

/**
 * Tables of roots of unity, {@code e^(-2 pi i k / n)}, each rounded from a value that is accurate to double precision: the angle is
 * reduced to an eighth of the circle in integers, before anything is rounded.
 */
final class Roots {
    private static final double EIGHTH = Math.PI / 4;

    /** The numbers in double precision. */
    final double[] wide;

    /** The same in single precision, for transforms in single precision; otherwise empty. */
    final float[] narrow;

    private Roots(double[] wide, boolean isNarrow) {
        this.wide = wide;
        this.narrow = new float[isNarrow ? wide.length : 0];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) wide[i];
        }
    }

    /** A table for transforms in a working precision of the given number of bytes. */
    static Roots of(double[] numbers, int bytes) {
        return new Roots(numbers, bytes == Float.BYTES);
    }

    /** {@code cos(2 pi k / n)} for k from 0 to n - 1. */
    static double cos(long k, long n) {
        long octant = 8 * k / n;
        double angle = angle(k, n, octant);
        double value = isSteep(octant) ? Math.sin(angle) : Math.cos(angle);
        return octant >= 2 && octant <= 5 ? -value : value;
    }

    /** {@code -sin(2 pi k / n)} for k from 0 to n - 1: the imaginary part of {@code e^(-2 pi i k / n)}. */
    static double minusSin(long k, long n) {
        long octant = 8 * k / n;
        double angle = angle(k, n, octant);
        double value = isSteep(octant) ? Math.cos(angle) : Math.sin(angle);
        return octant < 4 ? 0 - value : value;
    }

    /** The angle to the nearest multiple of a quarter of the circle, of which there is one at one end of each eighth. */
    private static double angle(long k, long n, long octant) {
        long rest = 8 * k - octant * n;
        return EIGHTH * (octant % 2 == 0 ? rest : n - rest) / n;
    }

    /** Whether that multiple lies on the imaginary axis. */
    private static boolean isSteep(long octant) {
        return (octant + 1) / 2 % 2 == 1;
    }
}
