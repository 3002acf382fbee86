package org.gatun.bench;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * An operand: the same numbers for every side, and other numbers than each other operand of the problem.
 *
 * @param sizes the sizes of its axes
 * @param type what its elements are
 * @param source makes the elements, row by row, by the operand's number: they are exact in each type
 * @param number which of the problem's operands it is
 * @param trained whether gradients with respect to it are asked for
 * @param kept whether it is what a training step keeps for the next one
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Input(long[] sizes, Type type, IntFunction<float[]> source, int number, boolean trained, boolean kept) {
    /** The types of elements that all sides know. */
    public enum Type {
        /** Floats. */
        F32(4),
        /** Doubles. */
        F64(8),
        /** Longs. */
        I64(8),
        /** True and false, from 1 and 0. */
        BOOL(1);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }

        /** Of one element. */
        public int bytes() {
            return bytes;
        }
    }

    /** Standard normal numbers. */
    public static Input normal(long... sizes) {
        return of(Type.F32, sizes, (values, random) -> {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
        });
    }

    /** Numbers from -1 to 1. */
    public static Input uniform(long... sizes) {
        return normal(sizes).changed(values -> {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) Math.tanh(values[i]);
            }
        });
    }

    /** Normal numbers without their signs, and 1/8 more. */
    public static Input positive(long... sizes) {
        return normal(sizes).changed(values -> {
            for (int i = 0; i < values.length; i++) {
                values[i] = Math.abs(values[i]) + 0.125f;
            }
        });
    }

    /** The same number everywhere. */
    public static Input constant(float value, long... sizes) {
        return of(Type.F32, sizes, (values, random) -> Arrays.fill(values, value));
    }

    /** Whole numbers from 0 to {@code bound - 1}. */
    public static Input below(int bound, long... sizes) {
        return of(Type.I64, sizes, (values, random) -> {
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextInt(bound);
            }
        });
    }

    /** The whole numbers below the number of elements, each once, in any order. */
    public static Input distinct(long... sizes) {
        return of(Type.F32, sizes, (values, random) -> {
            for (int i = 0; i < values.length; i++) {
                int other = random.nextInt(i + 1);
                values[i] = values[other];
                values[other] = i;
            }
        });
    }

    /** Matrices with eigenvalues near 2, far from singular. */
    public static Input regular(long... sizes) {
        int n = (int) sizes[sizes.length - 1];
        return normal(sizes).changed(values -> {
            for (int i = 0; i < values.length; i++) {
                boolean diagonal = i % n == i / n % n;
                values[i] = values[i] / (float) Math.sqrt(n) / 2 + (diagonal ? 2 : 0);
            }
        });
    }

    /** Symmetric matrices with positive eigenvalues. */
    public static Input definite(long... sizes) {
        int n = (int) sizes[sizes.length - 1];
        return regular(sizes).changed(values -> {
            for (int m = 0; m < values.length; m += n * n) {
                for (int i = 0; i < n; i++) {
                    for (int j = 0; j < i; j++) {
                        values[m + j * n + i] = values[m + i * n + j];
                    }
                }
            }
        });
    }

    private static Input of(Type type, long[] sizes, BiConsumer<float[], SplittableRandom> fill) {
        return new Input(
                sizes,
                type,
                number -> {
                    float[] values = new float[elements(sizes)];
                    fill.accept(values, new SplittableRandom(31L * Arrays.hashCode(sizes) + number));
                    return values;
                },
                0,
                false,
                false);
    }

    private Input changed(Consumer<float[]> change) {
        return new Input(
                sizes,
                type,
                which -> {
                    float[] values = source.apply(which);
                    change.accept(values);
                    return values;
                },
                number,
                trained,
                kept);
    }

    /** The same numbers, to be trained: gradients with respect to them are asked for. */
    public Input asTrained() {
        return new Input(sizes, type, source, number, true, kept);
    }

    /** The same numbers, which a training step changes and keeps for the next one. */
    public Input asKept() {
        return new Input(sizes, type, source, number, trained, true);
    }

    /** Other numbers of the same kind: those of the operand of that number. */
    public Input numbered(int which) {
        return new Input(sizes, type, source, which, trained, kept);
    }

    /** The same numbers in another type. */
    public Input as(Type other) {
        return new Input(sizes, other, source, number, trained, kept);
    }

    /** These numbers times another. */
    public Input times(double factor) {
        return changed(values -> {
            for (int i = 0; i < values.length; i++) {
                values[i] *= (float) factor;
            }
        });
    }

    /** The elements, row by row. */
    public float[] values() {
        return source.apply(number);
    }

    /** The elements as doubles. */
    public double[] doubles() {
        float[] values = values();
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    /** The elements as longs. */
    public long[] longs() {
        float[] values = values();
        long[] whole = new long[values.length];
        for (int i = 0; i < whole.length; i++) {
            whole[i] = (long) values[i];
        }
        return whole;
    }

    /** The elements as truth values: which are above 0. */
    public boolean[] booleans() {
        float[] values = values();
        boolean[] truth = new boolean[values.length];
        for (int i = 0; i < truth.length; i++) {
            truth[i] = values[i] > 0;
        }
        return truth;
    }

    /** How many elements there are. */
    public int elements() {
        return elements(sizes);
    }

    /** The bytes that it takes. */
    public long bytes() {
        return (long) elements() * type.bytes();
    }

    private static int elements(long[] sizes) {
        long elements = 1;
        for (long size : sizes) {
            elements = Math.multiplyExact(elements, size);
        }
        return Math.toIntExact(elements);
    }
}
