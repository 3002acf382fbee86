package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.Random;
import java.util.stream.Stream;
import org.gatun.tensor.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TransposeLoopsTest {

    private static Stream<TransposeLoops> both() {
        return VectorSupport.bits() >= 256
                ? Stream.of(new ScalarTransposeLoops(), new VectorTransposeLoops())
                : Stream.of(new ScalarTransposeLoops());
    }

    @ParameterizedTest
    @MethodSource("both")
    void everySizeUpToThreeSquaresIsTransposedAndNothingElseIsWritten(TransposeLoops loops) {
        for (int rows = 0; rows <= 25; rows++) {
            for (int columns = 0; columns <= 25; columns++) {
                check(loops, DType.I32, rows, columns, columns + 3, rows + 5);
                check(loops, DType.I64, rows, columns, columns + 1, rows + 2);
            }
        }
        check(loops, DType.I32, 131, 64, 64, 131);
        check(loops, DType.I64, 64, 131, 131, 64);
    }

    /** With rows from the bottom up on both sides, as of a flipped matrix. */
    @ParameterizedTest
    @MethodSource("both")
    void distancesMayBeNegative(TransposeLoops loops) {
        check(loops, DType.I32, 19, 27, -30, -20);
        check(loops, DType.I64, 19, 27, -30, -20);
    }

    private static void check(TransposeLoops loops, DType dtype, int rows, int columns, int fromStep, int toStep) {
        int bytes = dtype.bytes();
        try (Arena arena = Arena.ofConfined()) {
            var from = NativeArray.random(arena, dtype, (long) (rows + 1) * Math.abs(fromStep), new Random(rows));
            var to = NativeArray.random(arena, dtype, (long) (columns + 1) * Math.abs(toStep), new Random(columns));
            long fromStart = fromStep < 0 ? (long) (rows - 1) * -fromStep : 0;
            long toStart = toStep < 0 ? (long) (columns - 1) * -toStep : 0;
            double[] expected = to.toArray();
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    expected[(int) (toStart + (long) j * toStep + i)] = from.get(fromStart + (long) i * fromStep + j);
                }
            }
            long source = from.address(fromStart);
            long target = to.address(toStart);
            if (bytes == 4) {
                loops.ints(source, 4L * fromStep, target, 4L * toStep, rows, columns);
            } else {
                loops.longs(source, 8L * fromStep, target, 8L * toStep, rows, columns);
            }
            assertThat(to.toArray()).isEqualTo(expected);
            to.assertGuardsAreIntact();
        }
    }
}
