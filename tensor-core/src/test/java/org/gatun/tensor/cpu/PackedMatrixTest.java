package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products of packed matrices against sums in double precision. */
class PackedMatrixTest {
    @ParameterizedTest
    @CsvSource({"1, 1, 1", "3, 5, 7", "4, 32, 16", "5, 33, 2", "8, 64, 0", "31, 95, 17", "32, 512, 128", "6, 31, 40"})
    void agreesWithTheDefinition(int rows, int columns, int depth) {
        var random = new Random(rows + 31L * columns);
        float[] a = floats(random, rows * depth);
        float[] b = floats(random, depth * columns);
        for (boolean transposed : new boolean[] {false, true}) {
            try (Arena arena = Arena.ofConfined();
                    Scratch scratch = Scratch.open()) {
                long at = arena.allocateFrom(ValueLayout.JAVA_FLOAT, a).address();
                // Room behind the last element, as all memory that kernels read has.
                var out = arena.allocate(4L * rows * columns + 64, 64);
                var right = arena.allocate(4L * depth * columns + 64, 64);
                for (int i = 0; i < depth; i++) {
                    for (int j = 0; j < columns; j++) {
                        int to = transposed ? j * depth + i : i * columns + j;
                        right.setAtIndex(ValueLayout.JAVA_FLOAT, to, b[i * columns + j]);
                    }
                }
                Matrix matrix = transposed
                        ? Matrix.contiguous(right.address(), columns, depth).transposed()
                        : Matrix.contiguous(right.address(), depth, columns);
                new PackedMatrix(matrix, scratch).multiply(at, rows, out.address());
                for (int i = 0; i < rows; i++) {
                    for (int j = 0; j < columns; j++) {
                        double sum = 0;
                        for (int p = 0; p < depth; p++) {
                            sum += (double) a[i * depth + p] * b[p * columns + j];
                        }
                        float found = out.getAtIndex(ValueLayout.JAVA_FLOAT, (long) i * columns + j);
                        assertThat((double) found).isCloseTo(sum, within(1e-5 * (1 + depth)));
                    }
                }
            }
        }
    }

    private static float[] floats(Random random, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }
}
