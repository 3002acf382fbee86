package org.gatun.bench;

import java.util.Arrays;
import java.util.Random;
import org.gatun.tensor.shape.Shape;

/** An operand, the same numbers for both sides. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Input(Shape shape, float[] values) {
    /** Standard normal numbers. */
    static Input normal(long... sizes) {
        Shape shape = Shape.of(sizes);
        var random = new Random(Arrays.hashCode(sizes));
        float[] values = new float[Math.toIntExact(shape.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return new Input(shape, values);
    }

    /** Numbers from -1 to 1. */
    static Input uniform(long... sizes) {
        Input input = normal(sizes);
        for (int i = 0; i < input.values.length; i++) {
            input.values[i] = (float) Math.tanh(input.values[i]);
        }
        return input;
    }

    /** Matrices with eigenvalues near 2, far from singular. */
    static Input regular(long... sizes) {
        Input input = normal(sizes);
        int n = (int) sizes[sizes.length - 1];
        for (int i = 0; i < input.values.length; i++) {
            boolean diagonal = i % n == i / n % n;
            input.values[i] = input.values[i] / (float) Math.sqrt(n) / 2 + (diagonal ? 2 : 0);
        }
        return input;
    }

    /** Symmetric matrices with positive eigenvalues. */
    static Input positive(long... sizes) {
        Input input = regular(sizes);
        int n = (int) sizes[sizes.length - 1];
        for (int m = 0; m < input.values.length; m += n * n) {
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < i; j++) {
                    input.values[m + j * n + i] = input.values[m + i * n + j];
                }
            }
        }
        return input;
    }
}
