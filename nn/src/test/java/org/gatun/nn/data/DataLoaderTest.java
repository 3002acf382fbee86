package org.gatun.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Order, resumption, failures and lifetimes of batches. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
@Timeout(120)
class DataLoaderTest {
    /** Sample i is the number i, with the target -i. */
    private record Numbers(long size) implements Dataset {
        @Override
        public Batch batch(long[] indices) {
            Tensor x = Tensors.of(indices);
            Tensor t = x.neg();
            x.unscope();
            t.unscope();
            return new Batch(x, t);
        }
    }

    private static List<List<Long>> take(DataLoader.Epoch epoch) {
        try (epoch) {
            var out = new ArrayList<List<Long>>();
            while (epoch.hasNext()) {
                try (Batch batch = epoch.next()) {
                    long[] x = batch.inputs().toLongArray();
                    assertThat(batch.targets().toLongArray())
                            .isEqualTo(LongStream.of(x).map(v -> -v).toArray());
                    out.add(LongStream.of(x).boxed().toList());
                }
            }
            return out;
        }
    }

    @Test
    void withoutShufflingSamplesComeInOrder() {
        try (DataLoader loader = DataLoader.of(new Numbers(7)).batchSize(3)) {
            assertThat(loader.batches()).isEqualTo(3);
            assertThat(take(loader.epoch(0))).containsExactly(List.of(0L, 1L, 2L), List.of(3L, 4L, 5L), List.of(6L));
        }
        try (DataLoader loader = DataLoader.of(new Numbers(7)).batchSize(3).dropLast(true)) {
            assertThat(take(loader.epoch(5))).containsExactly(List.of(0L, 1L, 2L), List.of(3L, 4L, 5L));
        }
        try (DataLoader loader = DataLoader.of(new Numbers(0)).batchSize(3)) {
            assertThat(take(loader.epoch(0))).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void theOrderDependsOnSeedAndEpochAlone(int threads) {
        try (DataLoader reference =
                        DataLoader.of(new Numbers(100)).batchSize(7).shuffle(42).prefetch(0, 1);
                DataLoader loader =
                        DataLoader.of(new Numbers(100)).batchSize(7).shuffle(42).prefetch(threads, 5);
                DataLoader other = DataLoader.of(new Numbers(100)).batchSize(7).shuffle(43)) {
            List<List<Long>> second = take(loader.epoch(1));
            List<List<Long>> first = take(loader.epoch(0));
            assertThat(first).isEqualTo(take(reference.epoch(0))).isNotEqualTo(second);
            assertThat(second).isEqualTo(take(reference.epoch(1)));
            assertThat(first).isNotEqualTo(take(other.epoch(0)));
            assertThat(first.stream().flatMap(List::stream).sorted())
                    .containsExactlyElementsOf(LongStream.range(0, 100).boxed().toList());
            // Resumed in the middle: the same batches from there on.
            assertThat(take(loader.epoch(1, 9))).isEqualTo(second.subList(9, 15));
            assertThat(take(loader.epoch(1, 15))).isEmpty();
        }
    }

    /** Equal seeds are the rule: the order must not follow from the numbers that the parameters were drawn from. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, 42})
    void theOrderIsNotThatOfTheSeedsOwnStreamNorOfItsNeighbours(long seed) {
        var orders = new HashSet<List<Long>>();
        for (long s = seed - 2; s <= seed + 2; s++) {
            try (DataLoader loader =
                    DataLoader.of(new Numbers(50)).batchSize(50).shuffle(s)) {
                for (long epoch = 0; epoch < 4; epoch++) {
                    assertThat(orders.add(take(loader.epoch(epoch)).getFirst())).isTrue();
                }
            }
        }
        for (long s = seed - 2; s <= seed + 6; s++) {
            long[] permutation = Tensors.randperm(new Generator(s), 50).toLongArray();
            assertThat(orders).doesNotContain(LongStream.of(permutation).boxed().toList());
        }
    }

    @Test
    void anEpochThatIsLeftEarlyFreesWhatWasMadeAhead() {
        try (DataLoader loader = DataLoader.of(new Numbers(100)).batchSize(10).prefetch(2, 6)) {
            DataLoader.Epoch epoch = loader.epoch(0);
            epoch.next().close();
            epoch.close();
            epoch.close();
            assertThat(epoch.hasNext()).isFalse();
            assertThatThrownBy(epoch::next)
                    .isInstanceOf(NoSuchElementException.class)
                    .hasMessageContaining("closed");
        }
    }

    /** An epoch that ended as if it were complete would train on a part of the data and say nothing. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void aClosedLoaderRefusesToGoOn(int threads) {
        DataLoader loader = DataLoader.of(new Numbers(100)).batchSize(10).prefetch(threads, 6);
        DataLoader.Epoch complete = loader.epoch(0);
        while (complete.hasNext()) {
            complete.next().close();
        }
        DataLoader.Epoch begun = loader.epoch(1);
        begun.next().close();
        DataLoader.Epoch fresh = loader.epoch(2);
        loader.close();
        loader.close();
        assertThat(complete.hasNext()).isFalse();
        for (DataLoader.Epoch epoch : List.of(begun, fresh)) {
            closed(epoch::hasNext);
            closed(epoch::next);
            epoch.close();
        }
        closed(() -> loader.epoch(3));
        closed(() -> loader.epoch(3, 2));
    }

    private static void closed(ThrowingCallable use) {
        assertThatThrownBy(use)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("loader: it is closed")
                .hasMessageContaining("make a new one");
    }

    /** Whoever waits for a batch while another thread closes the loader gets this one, and then the error. */
    @Test
    void closingWhileAnEpochWaitsForABatchLosesNothing() throws InterruptedException {
        var started = new CountDownLatch(1);
        var proceed = new CountDownLatch(1);
        Dataset slow = new Dataset() {
            @Override
            public long size() {
                return 8;
            }

            @Override
            public Batch batch(long[] indices) {
                started.countDown();
                try {
                    proceed.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return new Numbers(8).batch(indices);
            }
        };
        DataLoader loader = DataLoader.of(slow).prefetch(2, 4);
        var failure = new Throwable[1];
        Thread reader = new Thread(() -> {
            try (DataLoader.Epoch epoch = loader.epoch(0)) {
                while (epoch.hasNext()) {
                    epoch.next().close();
                }
            } catch (IllegalStateException e) {
                failure[0] = e;
            }
        });
        reader.start();
        started.await();
        Thread closer = new Thread(loader::close);
        closer.start();
        while (!isClosed(loader)) {
            Thread.onSpinWait();
        }
        proceed.countDown();
        closer.join();
        reader.join();
        assertThat(failure[0]).hasMessageContaining("loader: it is closed");
    }

    private static boolean isClosed(DataLoader loader) {
        try {
            loader.epoch(1).close();
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    /** A batch that a thread is just making when the epoch is closed must be freed too, without the collector's help. */
    @Test
    void closingWaitsForTheBatchThatIsBeingMade() throws InterruptedException {
        var started = new CountDownLatch(1);
        var proceed = new CountDownLatch(1);
        var made = new ArrayList<Batch>();
        Dataset slow = new Dataset() {
            @Override
            public long size() {
                return 2;
            }

            @Override
            public Batch batch(long[] indices) {
                if (indices[0] == 1) {
                    started.countDown();
                    try {
                        proceed.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }
                Batch batch = new Numbers(2).batch(indices);
                synchronized (made) {
                    made.add(batch);
                }
                return batch;
            }
        };
        try (DataLoader loader = DataLoader.of(slow).batchSize(1).prefetch(1, 2)) {
            DataLoader.Epoch epoch = loader.epoch(0);
            epoch.next().close();
            started.await();
            Thread closer = new Thread(epoch::close);
            closer.start();
            proceed.countDown();
            closer.join();
            assertThat(made).hasSize(2);
            assertThat(made.get(1).inputs().isClosed()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void aBatchThatCanNotBeMadeIsReportedAndTheOthersStillCome(int threads) {
        Dataset broken = new Dataset() {
            @Override
            public long size() {
                return 5;
            }

            @Override
            public Batch batch(long[] indices) {
                if (indices[0] == 1 || indices[0] == 3) {
                    throw new IllegalArgumentException("sample " + indices[0] + " is damaged");
                }
                return new Numbers(5).batch(indices);
            }
        };
        try (DataLoader loader = DataLoader.of(broken).prefetch(threads, 4)) {
            try (DataLoader.Epoch epoch = loader.epoch(0)) {
                epoch.next().close();
                assertThatThrownBy(epoch::next)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("batch 1")
                        .hasMessageContaining("sample 1 is damaged")
                        .hasCauseInstanceOf(IllegalArgumentException.class);
                try (Batch batch = epoch.next()) {
                    assertThat(batch.inputs().toLongArray()).containsExactly(2);
                }
            } // with the failure of sample 3 waiting unseen
            assertThatThrownBy(() -> loader.epoch(0, 6)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        DataLoader loader = DataLoader.of(new Numbers(3));
        assertThatThrownBy(() -> loader.batchSize(0)).hasMessageContaining("batch size 0");
        assertThatThrownBy(() -> loader.prefetch(-1, 1)).hasMessageContaining("-1 threads");
        assertThatThrownBy(() -> loader.prefetch(1, 0)).hasMessageContaining("0 batches");
        try (loader) {
            take(loader.epoch(0));
            assertThatThrownBy(() -> loader.prefetch(2, 2)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void theFirstSamplesOfADatasetAreADataset() {
        try (DataLoader loader = DataLoader.of(new Numbers(9).first(4)).batchSize(3)) {
            assertThat(take(loader.epoch(0))).containsExactly(List.of(0L, 1L, 2L), List.of(3L));
        }
        assertThat(new Numbers(3).first(10).size()).isEqualTo(3);
    }
}
