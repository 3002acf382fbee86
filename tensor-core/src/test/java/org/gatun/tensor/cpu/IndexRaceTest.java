package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.gatun.tensor.DType;
import org.gatun.tensor.Losses;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.junit.jupiter.api.Test;

/** An index that another thread changes meanwhile gives some result or an exception, and reaches no foreign memory. */
class IndexRaceTest {
    private static final long NANOS = 150_000_000;

    private static int tries(Tensor index, Supplier<Tensor> operation) throws InterruptedException {
        var stop = new AtomicBoolean();
        Thread other = Thread.ofPlatform().start(() -> {
            while (!stop.get()) {
                index.fill_(0L);
                index.fill_(1L << 44);
            }
        });
        int tries = 0;
        try {
            for (long start = System.nanoTime(); System.nanoTime() - start < NANOS; tries++) {
                try (Tensor y = operation.get()) {
                    assertThat(y.elements()).isPositive();
                } catch (IndexOutOfBoundsException wrong) {
                    assertThat(wrong).hasMessageContaining("out of range");
                }
            }
        } finally {
            stop.set(true);
            other.join();
        }
        return tries;
    }

    @Test
    void noIndexIsReadAgainAfterItsCheck() throws InterruptedException {
        try (Tensor x = Tensors.rand(1000, 2);
                Tensor rows = Tensors.rand(5000, 2);
                Tensor index = Tensors.zeros(DType.I64, 5000);
                Tensor columns = Tensors.zeros(DType.I64, 1000, 2);
                Tensor targets = Tensors.zeros(DType.I64, 5000)) {
            assertThat(tries(index, () -> x.indexSelect(0, index))).isPositive();
            assertThat(tries(index, () -> x.indexAdd(0, index, rows))).isPositive();
            assertThat(tries(columns, () -> x.gather(0, columns))).isPositive();
            assertThat(tries(columns, () -> x.scatterAdd(0, columns, x))).isPositive();
            assertThat(tries(targets, () -> Losses.crossEntropy(rows, targets))).isPositive();
        }
    }
}
