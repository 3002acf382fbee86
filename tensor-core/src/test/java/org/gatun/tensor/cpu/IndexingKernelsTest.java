package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.gatun.tensor.DType;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the definitions, in sizes that several threads share. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class IndexingKernelsTest {
    private final int threadsBefore = WorkerPool.threads();

    @AfterEach
    void restoreThreads() {
        WorkerPool.setThreads(threadsBefore);
    }

    /** The sizes before, along and after the axis, and the number of indices along it. */
    @ParameterizedTest
    @CsvSource({
        "1, 7, 1, 100000",
        "100000, 7, 1, 1",
        "5000, 9, 1, 20",
        "30, 11, 1, 3000",
        "3, 5, 17, 900",
        "1, 4, 40000, 3",
        "2, 3, 150, 200",
        "70000, 1, 1, 1",
        "1, 6, 100, 1"
    })
    void agreeWithTheDefinitions(int outer, int size, int inner, int count) {
        WorkerPool.setThreads(3);
        Random random = new Random(outer + size + inner + count);
        long[] x = random.longs((long) outer * size * inner, -9, 10).toArray();
        long[] src = random.longs((long) outer * count * inner, -9, 10).toArray();
        long[] each = random.longs(src.length, -size, size).toArray();
        long[] slices = random.longs(count, -size, size).toArray();
        long[] gathered = new long[src.length];
        long[] added = new long[x.length];
        long[] put = x.clone();
        long[] selected = new long[src.length];
        long[] slicesAdded = new long[x.length];
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < count; i++) {
                for (int j = 0; j < inner; j++) {
                    int at = (o * count + i) * inner + j;
                    int place = (o * size + Math.floorMod(each[at], size)) * inner + j;
                    gathered[at] = x[place];
                    added[place] += src[at];
                    put[place] = src[at];
                    int slice = (o * size + Math.floorMod(slices[i], size)) * inner + j;
                    selected[at] = x[slice];
                    slicesAdded[slice] += src[at];
                }
            }
        }
        Tensor index = Tensors.of(each).reshape(outer, count, inner);
        Tensor few = Tensors.of(slices);
        for (DType dtype : new DType[] {DType.F32, DType.F64, DType.I64, DType.I32}) {
            Tensor table = Tensors.of(x).to(dtype).reshape(outer, size, inner);
            Tensor values = Tensors.of(src).to(dtype).reshape(outer, count, inner);
            assertEqual(table.gather(1, index), gathered);
            assertEqual(table.indexSelect(1, few), selected);
            assertEqual(table.scatter(1, index, values), put);
            if (dtype != DType.I32) {
                Tensor zeros = Tensors.zeros(dtype, outer, size, inner);
                assertEqual(zeros.scatterAdd(1, index, values), added);
                assertEqual(zeros.indexAdd(1, few, values), slicesAdded);
            }
        }
    }

    private static void assertEqual(Tensor actual, long[] expected) {
        assertThat(actual.to(DType.I64).flatten().toLongArray()).isEqualTo(expected);
    }
}
