package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.MemoryScope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IndexCheckTest {
    private final int threadsBefore = WorkerPool.threads();

    @AfterEach
    void restoreThreads() {
        WorkerPool.setThreads(threadsBefore);
    }

    /** Many parts of the check find a wrong index, at the same time. */
    @Test
    void theFirstWrongIndexIsNamedWhateverPartFindsItsOwnFirst() {
        WorkerPool.setThreads(4);
        int first = 65_000;
        long[] places = new long[400_000];
        Arrays.fill(places, first, places.length, 10);
        places[first] = 8;
        places[first - 1] = -7;
        try (MemoryScope scope = MemoryScope.open()) {
            Tensor x = Tensors.zeros(7);
            Tensor index = Tensors.of(places);
            for (int i = 0; i < 300; i++) {
                assertThatThrownBy(() -> x.indexSelect(0, index))
                        .isInstanceOf(IndexOutOfBoundsException.class)
                        .hasMessageContaining("index 8 at position [" + first + "]")
                        .hasNoSuppressedExceptions();
            }
        }
    }
}
