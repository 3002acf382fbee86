package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WorkerPoolTest {

    private record Range(int part, long begin, long end) {}

    private final int threadsBefore = WorkerPool.threads();

    @AfterEach
    void restoreThreads() {
        WorkerPool.setThreads(threadsBefore);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0, 1",
        "1, 7, 1",
        "2, 0, 1",
        "2, 1, 1",
        "2, 2, 1",
        "2, 3, 2",
        "2, 1000, 1",
        "3, 1000, 7",
        "4, 100000, 4096",
        "4, 65, 64",
        "7, 12345, 100",
        "16, 99, 1"
    })
    void everyIterationRunsExactlyOnce(int threads, int count, int grain) {
        WorkerPool.setThreads(threads);
        var seen = new AtomicIntegerArray(count);
        WorkerPool.parallelFor(count, grain, (begin, end) -> {
            for (long i = begin; i < end; i++) {
                seen.incrementAndGet((int) i);
            }
        });
        for (int i = 0; i < count; i++) {
            assertThat(seen.get(i)).as("iteration %d", i).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 10", "2, 10", "3, 10", "5, 3", "4, 1", "8, 1000003"})
    void partsAreTheStatedRanges(int parts, long count) {
        for (int threads : new int[] {1, 2, 3}) {
            WorkerPool.setThreads(threads);
            List<Range> ranges = Collections.synchronizedList(new ArrayList<>());
            WorkerPool.forParts(parts, count, (part, begin, end) -> ranges.add(new Range(part, begin, end)));
            List<Range> expected = new ArrayList<>();
            for (int p = 0; p < parts; p++) {
                if (count * p / parts < count * (p + 1) / parts) {
                    expected.add(new Range(p, count * p / parts, count * (p + 1) / parts));
                }
            }
            assertThat(ranges).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void hugeCountsAreCutWithoutOverflow() {
        WorkerPool.setThreads(3);
        List<Range> ranges = Collections.synchronizedList(new ArrayList<>());
        WorkerPool.forParts(3, Long.MAX_VALUE, (part, begin, end) -> ranges.add(new Range(part, begin, end)));
        ranges.sort((a, b) -> Integer.compare(a.part(), b.part()));
        assertThat(ranges).hasSize(3);
        assertThat(ranges.get(0).begin()).isZero();
        assertThat(ranges.get(1).begin()).isEqualTo(ranges.get(0).end()).isEqualTo(Long.MAX_VALUE / 3);
        assertThat(ranges.get(2).begin()).isEqualTo(ranges.get(1).end());
        assertThat(ranges.get(2).end()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void thePartitionIsTheSameEachTimeAndInsideAnotherLoop() {
        WorkerPool.setThreads(3);
        List<List<Long>> partitions = Collections.synchronizedList(new ArrayList<>());
        Runnable record = () -> {
            var begins = new ConcurrentLinkedQueue<Long>();
            WorkerPool.parallelFor(100_000, 1000, (begin, end) -> begins.add(begin));
            partitions.add(begins.stream().sorted().toList());
        };
        for (int i = 0; i < 20; i++) {
            record.run();
        }
        WorkerPool.forParts(3, 3, (part, begin, end) -> record.run());
        assertThat(partitions).hasSize(23).allSatisfy(p -> assertThat(p).isEqualTo(partitions.getFirst()));
        assertThat(partitions.getFirst())
                .hasSizeGreaterThan(3)
                .allSatisfy(b -> assertThat(b % 64).isZero());
    }

    @Test
    void noPartIsSmallerThanAboutAGrain() {
        WorkerPool.setThreads(4);
        assertThat(WorkerPool.parts(0, 10)).isZero();
        assertThat(WorkerPool.parts(10, 10)).isEqualTo(1);
        assertThat(WorkerPool.parts(20, 10)).isEqualTo(2);
        assertThat(WorkerPool.parts(1000, 10)).isEqualTo(4);
    }

    @Test
    void aSecondThreadTakesPart() {
        expectTwoThreadsInOneLoop();
    }

    private static void expectTwoThreadsInOneLoop() {
        WorkerPool.setThreads(2);
        var bothAreIn = new CountDownLatch(2);
        WorkerPool.forParts(2, 2, (part, begin, end) -> {
            bothAreIn.countDown();
            try {
                assertThat(bothAreIn.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(bothAreIn.getCount()).isZero();
    }

    @Test
    void interruptedWorkersGoBackToSleep() throws InterruptedException {
        expectTwoThreadsInOneLoop();
        Thread.sleep(Duration.ofMillis(20));
        List<Thread> workers = Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("gatun-worker"))
                .toList();
        assertThat(workers).isNotEmpty();
        workers.forEach(Thread::interrupt);
        Thread.sleep(Duration.ofMillis(20));
        var threads = ManagementFactory.getThreadMXBean();
        long before = workers.stream()
                .mapToLong(w -> threads.getThreadCpuTime(w.threadId()))
                .sum();
        Thread.sleep(Duration.ofMillis(300));
        long after = workers.stream()
                .mapToLong(w -> threads.getThreadCpuTime(w.threadId()))
                .sum();
        assertThat(Duration.ofNanos(after - before)).as("processor time").isLessThan(Duration.ofMillis(150));
        expectTwoThreadsInOneLoop();
    }

    @Test
    void workersWakeAfterALongPause() throws InterruptedException {
        for (int round = 0; round < 3; round++) {
            expectTwoThreadsInOneLoop();
            Thread.sleep(Duration.ofMillis(20));
        }
    }

    @Test
    void loopsInsideLoopsRunOnTheirThread() {
        WorkerPool.setThreads(4);
        var total = new AtomicLong();
        var strayed = new AtomicInteger();
        assertThat(WorkerPool.insideLoop()).isFalse();
        WorkerPool.forParts(8, 8, (part, b, e) -> {
            Thread here = Thread.currentThread();
            if (!WorkerPool.insideLoop()) {
                strayed.incrementAndGet();
            }
            WorkerPool.parallelFor(1000, 1, (begin, end) -> {
                if (Thread.currentThread() != here) {
                    strayed.incrementAndGet();
                }
                total.addAndGet(end - begin);
            });
        });
        assertThat(strayed).hasValue(0);
        assertThat(total).hasValue(8000);
        assertThat(WorkerPool.insideLoop()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void theFirstExceptionReachesTheCallerAndThePoolStillWorks(int threads) {
        WorkerPool.setThreads(threads);
        for (int round = 0; round < 200; round++) {
            int failing = round % 8;
            assertThatThrownBy(() -> WorkerPool.forParts(8, 8, (part, begin, end) -> {
                        if (part == failing) {
                            throw new IllegalStateException("part " + part);
                        }
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("part " + failing);
        }
        everyIterationRunsExactlyOnce(threads, 1000, 1);
    }

    @Test
    void laterExceptionsAreSuppressedAndErrorsPassAsTheyAre() {
        WorkerPool.setThreads(2);
        var bothAreIn = new CountDownLatch(2);
        Throwable thrown = catchThrowable(() -> WorkerPool.forParts(2, 2, (part, begin, end) -> {
            bothAreIn.countDown();
            try {
                bothAreIn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            throw new StackOverflowError("part " + part);
        }));
        assertThat(thrown).isInstanceOf(StackOverflowError.class);
        assertThat(thrown.getSuppressed()).hasSize(1);
        assertThat(List.of(thrown.getMessage(), thrown.getSuppressed()[0].getMessage()))
                .containsExactlyInAnyOrder("part 0", "part 1");
    }

    @Test
    void aFailureInAnInnerLoopReachesTheOuterCaller() {
        WorkerPool.setThreads(3);
        assertThatThrownBy(() -> WorkerPool.parallelFor(
                        100,
                        1,
                        (b, e) -> WorkerPool.parallelFor(100, 1, (begin, end) -> {
                            throw new ArithmeticException("inner");
                        })))
                .isInstanceOf(ArithmeticException.class)
                .hasMessage("inner");
        assertThat(WorkerPool.insideLoop()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5})
    void manyCallersAtOnce(int threads) throws Exception {
        WorkerPool.setThreads(threads);
        int callers = 40; // more than there are places on the board
        var go = new CountDownLatch(1);
        try (var executor = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().name("caller-", 0).factory())) {
            List<Future<long[]>> sums = new ArrayList<>();
            for (int c = 0; c < callers; c++) {
                int caller = c;
                sums.add(executor.submit(() -> {
                    go.await();
                    long[] perRound = new long[100];
                    for (int round = 0; round < perRound.length; round++) {
                        long[] perPart = new long[6];
                        WorkerPool.forParts(6, 600 + caller, (part, begin, end) -> {
                            for (long i = begin; i < end; i++) {
                                perPart[part] += i;
                            }
                        });
                        perRound[round] = Arrays.stream(perPart).sum();
                    }
                    return perRound;
                }));
            }
            go.countDown();
            for (int c = 0; c < callers; c++) {
                long n = 600L + c;
                assertThat(sums.get(c).get()).containsOnly(n * (n - 1) / 2);
            }
        }
    }

    @Test
    void callersOnVirtualThreadsAreServed() throws Exception {
        WorkerPool.setThreads(2);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Long>> sums = new ArrayList<>();
            for (int c = 0; c < 50; c++) {
                sums.add(executor.submit(() -> {
                    var total = new AtomicLong();
                    WorkerPool.parallelFor(1000, 10, (begin, end) -> total.addAndGet(end - begin));
                    return total.get();
                }));
            }
            for (Future<Long> sum : sums) {
                assertThat(sum.get()).isEqualTo(1000);
            }
        }
    }

    @Test
    void theNumberOfThreadsMayChangeWhileLoopsRun() throws Exception {
        var started = new CountDownLatch(1);
        var stop = new CountDownLatch(1);
        try (var executor =
                Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            Future<Integer> loops = executor.submit(() -> {
                int rounds = 0;
                do {
                    everyCountedOnce(997);
                    rounds++;
                    started.countDown();
                } while (stop.getCount() > 0);
                return rounds;
            });
            started.await();
            for (int i = 0; i < 100; i++) {
                WorkerPool.setThreads(1 + i % 5);
                everyCountedOnce(501);
            }
            stop.countDown();
            assertThat(loops.get()).isPositive();
        }
    }

    private static void everyCountedOnce(long count) {
        var total = new AtomicLong();
        WorkerPool.parallelFor(count, 1, (begin, end) -> total.addAndGet(end - begin));
        assertThat(total).hasValue(count);
    }

    @Test
    void retiredWorkersEnd() throws InterruptedException {
        WorkerPool.setThreads(6);
        everyCountedOnce(1000);
        List<Thread> workers = Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("gatun-worker-"))
                .toList();
        assertThat(workers).hasSizeGreaterThanOrEqualTo(5).allMatch(Thread::isDaemon);
        WorkerPool.setThreads(1);
        for (Thread worker : workers) {
            assertThat(worker.join(Duration.ofSeconds(30))).as(worker.getName()).isTrue();
        }
    }

    @Test
    void anInterruptIsKeptAndDoesNotCutTheLoopShort() {
        WorkerPool.setThreads(3);
        Thread.currentThread().interrupt();
        try {
            for (int i = 0; i < 100; i++) {
                everyCountedOnce(1000);
            }
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void wrongArgumentsAreRefused() {
        assertThatThrownBy(() -> WorkerPool.setThreads(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("threads = 0");
        assertThatThrownBy(() -> WorkerPool.setThreads(5000)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> WorkerPool.parallelFor(-1, 1, (b, e) -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("count = -1");
        assertThatThrownBy(() -> WorkerPool.parallelFor(1, 0, (b, e) -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("grain = 0");
        assertThatThrownBy(() -> WorkerPool.forParts(0, 5, (p, b, e) -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 parts of 5");
        assertThat(WorkerPool.threads()).isEqualTo(threadsBefore);
    }
}
