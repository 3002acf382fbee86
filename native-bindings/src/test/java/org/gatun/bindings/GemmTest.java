package org.gatun.bindings;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Matrix products against three nested loops in double precision. */
class GemmTest {

    private static final int[] SIZES = {1, 2, 3, 7, 16, 17, 33, 65};

    private final List<Long> blocks = new ArrayList<>();

    @AfterEach
    void freeBlocks() {
        blocks.forEach(Memory::free);
    }

    private long allocate(long bytes) {
        long address = Memory.allocate(Math.max(bytes, 1), 64);
        assertThat(address).isNotZero();
        assertThat(address % 64).isZero();
        blocks.add(address);
        return address;
    }

    /** A matrix as its Java values and a native copy whose rows are {@code ld} apart, padded by NaN. */
    private static final class Matrix {
        final double[][] values;
        final long address;
        final int ld;

        Matrix(double[][] values, long address, int ld) {
            this.values = values;
            this.address = address;
            this.ld = ld;
        }

        double at(boolean transposed, int row, int column) {
            return transposed ? values[column][row] : values[row][column];
        }
    }

    private Matrix matrix(int rows, int columns, int ld, boolean single, SplittableRandom random) {
        var values = new double[rows][columns];
        long address = allocate((long) rows * ld * (single ? 4 : 8));
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < ld; j++) {
                // eighths are exact in both precisions
                double value = j < columns ? random.nextInt(-16, 17) / 8.0 : Double.NaN;
                if (j < columns) {
                    values[i][j] = value;
                }
                long index = (long) i * ld + j;
                if (single) {
                    Memory.ALL.set(JAVA_FLOAT_UNALIGNED, address + 4 * index, (float) value);
                } else {
                    Memory.ALL.set(JAVA_DOUBLE_UNALIGNED, address + 8 * index, value);
                }
            }
        }
        return new Matrix(values, address, ld);
    }

    private static double read(boolean single, long address, long index) {
        return single
                ? Memory.ALL.get(JAVA_FLOAT_UNALIGNED, address + 4 * index)
                : Memory.ALL.get(JAVA_DOUBLE_UNALIGNED, address + 8 * index);
    }

    @ParameterizedTest
    @CsvSource({
        "true,false,false", "true,true,false", "true,false,true", "true,true,true",
        "false,false,false", "false,true,false", "false,false,true", "false,true,true"
    })
    void productIsTheTripleLoops(boolean single, boolean transA, boolean transB) {
        var random = new SplittableRandom(7);
        for (int m : SIZES) {
            for (int n : SIZES) {
                for (int k : SIZES) {
                    check(single, transA, transB, m, n, k, random.nextInt(3), random);
                }
            }
        }
    }

    private void check(
            boolean single, boolean transA, boolean transB, int m, int n, int k, int padding, SplittableRandom random) {
        var a = transA ? matrix(k, m, m + padding, single, random) : matrix(m, k, k + padding, single, random);
        var b = transB ? matrix(n, k, k + padding, single, random) : matrix(k, n, n + padding, single, random);
        var c = matrix(m, n, n + padding, single, random);
        double alpha = 0.5;
        double beta = -2;
        if (single) {
            OpenBlas.sgemm(
                    transA,
                    transB,
                    m,
                    n,
                    k,
                    (float) alpha,
                    a.address,
                    a.ld,
                    b.address,
                    b.ld,
                    (float) beta,
                    c.address,
                    c.ld);
        } else {
            OpenBlas.dgemm(transA, transB, m, n, k, alpha, a.address, a.ld, b.address, b.ld, beta, c.address, c.ld);
        }
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int l = 0; l < k; l++) {
                    sum += a.at(transA, i, l) * b.at(transB, l, j);
                }
                // all terms are multiples of 1/64 below 2^10: sums are exact in single precision
                assertThat(read(single, c.address, (long) i * c.ld + j))
                        .as("C[%d,%d] of %dx%dx%d", i, j, m, n, k)
                        .isEqualTo(alpha * sum + beta * c.values[i][j]);
            }
            for (int j = n; j < c.ld; j++) {
                assertThat(read(single, c.address, (long) i * c.ld + j)).isNaN();
            }
        }
    }

    @Test
    void betaZeroDoesNotReadTheResult() {
        long a = allocate(16);
        long c = allocate(16);
        for (int i = 0; i < 4; i++) {
            Memory.ALL.set(JAVA_FLOAT_UNALIGNED, a + 4L * i, i + 1);
            Memory.ALL.set(JAVA_FLOAT_UNALIGNED, c + 4L * i, Float.NaN);
        }
        OpenBlas.sgemm(false, false, 2, 2, 2, 1, a, 2, a, 2, 0, c, 2);
        assertThat(new double[] {read(true, c, 0), read(true, c, 1), read(true, c, 2), read(true, c, 3)})
                .containsExactly(7, 10, 15, 22);
    }

    @Test
    void emptyInnerDimensionScalesTheResult() {
        long c = allocate(16);
        for (int i = 0; i < 4; i++) {
            Memory.ALL.set(JAVA_FLOAT_UNALIGNED, c + 4L * i, i == 0 ? Float.NaN : i);
        }
        OpenBlas.sgemm(false, false, 2, 2, 0, 1, c, 1, c, 2, 0, c, 2);
        assertThat(new double[] {read(true, c, 0), read(true, c, 1), read(true, c, 2), read(true, c, 3)})
                .containsExactly(0, 0, 0, 0);
    }

    @Test
    void leadingDimensionsAreChecked() {
        assertThatThrownBy(() -> OpenBlas.sgemm(false, false, 2, 3, 4, 1, 64, 3, 64, 3, 0, 64, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sgemm")
                .hasMessageContaining("lda=3")
                .hasMessageContaining("max(1, k)");
        assertThatThrownBy(() -> OpenBlas.dgemm(true, true, -1, 3, 4, 1, 64, 3, 64, 4, 0, 64, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("m=-1");
    }

    @Test
    void matrixTimesVectorForgetsNoBeta() {
        long a = allocate(48);
        long x = allocate(48);
        long y = allocate(48);
        for (int i = 0; i < 6; i++) {
            Memory.ALL.set(JAVA_DOUBLE_UNALIGNED, a + 8L * i, i + 1);
            Memory.ALL.set(JAVA_DOUBLE_UNALIGNED, x + 8L * i, i % 2 == 0 ? 1 : 10);
        }
        // [[1, 2, 3], [4, 5, 6]] times (1, 10, 1), and its transpose times (1, 10)
        nan(y);
        OpenBlas.dgemv(false, 2, 3, 1, a, 3, x, 1, 0, y, 2);
        assertThat(read(false, y, 0)).isEqualTo(24);
        assertThat(read(false, y, 1)).isNaN();
        assertThat(read(false, y, 2)).isEqualTo(60);
        OpenBlas.dgemv(true, 2, 3, 2, a, 3, x, 1, 0, y, 1);
        assertThat(read(false, y, 0)).isEqualTo(82);
        assertThat(read(false, y, 1)).isEqualTo(104);
        assertThat(read(false, y, 2)).isEqualTo(126);
        // nothing to add: y is still scaled, or cleared
        OpenBlas.dgemv(false, 3, 0, 1, a, 1, x, 1, 0.5, y, 1);
        assertThat(read(false, y, 2)).isEqualTo(63);
        nan(y);
        OpenBlas.dgemv(true, 0, 3, 1, a, 3, x, 1, 0, y, 1);
        assertThat(read(false, y, 2)).isZero();
        assertThat(read(false, y, 3)).isNaN();
        assertThatThrownBy(() -> OpenBlas.dgemv(false, 2, 3, 1, a, 2, x, 1, 0, y, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("lda=2");
    }

    private static void nan(long address) {
        for (int i = 0; i < 6; i++) {
            Memory.ALL.set(JAVA_DOUBLE_UNALIGNED, address + 8L * i, Double.NaN);
        }
    }

    @Test
    void outerProductIsAdded() {
        long a = allocate(16);
        long x = allocate(16);
        for (int i = 0; i < 4; i++) {
            Memory.ALL.set(JAVA_FLOAT_UNALIGNED, a + 4L * i, 1);
            Memory.ALL.set(JAVA_FLOAT_UNALIGNED, x + 4L * i, i + 1);
        }
        // 1 + 2 (1, 2)' (3, 4)
        OpenBlas.sger(2, 2, 2, x, 1, x + 8, 1, a, 2);
        assertThat(new double[] {read(true, a, 0), read(true, a, 1), read(true, a, 2), read(true, a, 3)})
                .containsExactly(7, 9, 13, 17);
    }

    @Test
    void vectorsFollowTheirFormulas() {
        long x = allocate(80);
        long y = allocate(80);
        for (int i = 0; i < 10; i++) {
            Memory.ALL.set(JAVA_DOUBLE_UNALIGNED, x + 8L * i, i + 1);
            Memory.ALL.set(JAVA_DOUBLE_UNALIGNED, y + 8L * i, i % 2 == 0 ? 1 : -1);
        }
        // 1 - 2 + 3 - ... - 10, and 1 + 3 + 5 + 7 + 9
        assertThat(OpenBlas.ddot(10, x, 1, y, 1)).isEqualTo(-5);
        assertThat(OpenBlas.ddot(5, x, 2, y, 2)).isEqualTo(25);
        assertThat(OpenBlas.dasum(10, x, 1)).isEqualTo(55);
        assertThat(OpenBlas.dnrm2(10, x, 1)).isCloseTo(StrictMath.sqrt(385), within(1e-14));
        OpenBlas.daxpy(10, 3, y, 1, x, 1);
        assertThat(read(false, x, 0)).isEqualTo(4);
        assertThat(read(false, x, 9)).isEqualTo(7);
        OpenBlas.dscal(5, 0.5, x, 2);
        assertThat(read(false, x, 0)).isEqualTo(2);
        assertThat(read(false, x, 1)).isEqualTo(-1);
        assertThat(OpenBlas.ddot(0, x, 1, y, 1)).isZero();
    }

    @Test
    void threadsAreSetForTheProcess() {
        int before = OpenBlas.threads();
        try {
            assertThat(OpenBlas.setThreads(1)).isTrue();
            assertThat(OpenBlas.threads()).isEqualTo(1);
        } finally {
            OpenBlas.setThreads(before);
        }
        assertThatThrownBy(() -> OpenBlas.setThreads(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theLibraryTellsItsVersion() {
        assertThat(OpenBlas.config()).startsWith("OpenBLAS ");
        assertThat(OpenBlas.coreName()).isNotBlank();
    }
}
