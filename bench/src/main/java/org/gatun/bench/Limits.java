package org.gatun.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.DoubleSupplier;
import java.util.function.IntFunction;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * What the machine can do at most on a number of threads, measured.
 *
 * @param threads how many
 * @param floats multiplications and additions of floats in a second, in fused instructions on registers
 * @param doubles the same of doubles
 * @param copies bytes read and written in a second by a copy, by the bytes that it touches in all
 */
record Limits(int threads, double floats, double doubles, SortedMap<Long, Double> copies) {
    private static final double SECONDS = 0.05;

    /** Rounds without a better one after which the best is known; the first are the JIT compiler's. */
    private static final int SETTLED = 20;

    private static final int MOST_ROUNDS = 100;

    /** A round is better from here on. */
    private static final double NOISE = 1.01;

    private static final int STEPS = 20_000;

    /** Operations of a step: 12 accumulators, each multiplied and added to. */
    private static final double PER_LANE = 2.0 * 12 * STEPS;

    /** Bytes that are copied between two looks at the clock. */
    private static final long LEAST = 4 << 20;

    private static final long SMALLEST = 8 << 10;
    private static final long LARGEST = 512 << 20;

    /** Keeps the compiler from leaving work away. */
    @SuppressWarnings("UnusedVariable")
    private static volatile double sink;

    /** Measures them. */
    static Limits measure(int threads) throws InterruptedException, ExecutionException {
        try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
            double floats = rate(workers, threads, part -> Limits::floatProducts)
                    * PER_LANE
                    * FloatVector.SPECIES_PREFERRED.length();
            double doubles = rate(workers, threads, part -> Limits::doubleProducts)
                    * PER_LANE
                    * DoubleVector.SPECIES_PREFERRED.length();
            SortedMap<Long, Double> copies = new TreeMap<>();
            for (long bytes = SMALLEST; bytes <= LARGEST; bytes *= 4) {
                copies.put(bytes, copy(workers, threads, bytes));
            }
            return new Limits(threads, floats, doubles, copies);
        }
    }

    private static double copy(ExecutorService workers, int threads, long bytes)
            throws InterruptedException, ExecutionException {
        long half = bytes / 2;
        try (Arena arena = Arena.ofShared()) {
            MemorySegment source = arena.allocate(half, 64).fill((byte) 1);
            MemorySegment target = arena.allocate(half, 64).fill((byte) 2);
            long repeats = Math.max(1, LEAST / bytes);
            double rounds = rate(workers, threads, part -> {
                long begin = half / threads * part;
                long size = half / threads;
                return () -> {
                    for (long i = 0; i < repeats; i++) {
                        MemorySegment.copy(source, begin, target, begin, size);
                    }
                    return target.get(ValueLayout.JAVA_BYTE, begin);
                };
            });
            return rounds / threads * repeats * bytes;
        }
    }

    /** How often in a second all threads together run their work: the best of several rounds. */
    private static double rate(ExecutorService workers, int threads, IntFunction<DoubleSupplier> work)
            throws InterruptedException, ExecutionException {
        double best = 0;
        int settled = 0;
        for (int round = 0; round < MOST_ROUNDS && settled < SETTLED; round++) {
            var running = new ArrayList<Future<Double>>();
            for (int part = 0; part < threads; part++) {
                DoubleSupplier own = work.apply(part);
                running.add(workers.submit(() -> rate(own)));
            }
            double together = 0;
            for (Future<Double> one : running) {
                together += one.get();
            }
            settled = together > best * NOISE ? 0 : settled + 1;
            best = Math.max(best, together);
        }
        return best;
    }

    private static double rate(DoubleSupplier work) {
        long begin = System.nanoTime();
        double runs = 0;
        double seconds = 0;
        while (seconds < SECONDS) {
            sink = work.getAsDouble();
            runs++;
            seconds = (System.nanoTime() - begin) * 1e-9;
        }
        return runs / seconds;
    }

    /** Twelve chains hide the latency of an instruction on all processors that have two units for it. */
    private static double floatProducts() {
        FloatVector m = FloatVector.broadcast(FloatVector.SPECIES_PREFERRED, 0.5f);
        FloatVector c = FloatVector.broadcast(FloatVector.SPECIES_PREFERRED, 0.25f);
        FloatVector v0 = m;
        FloatVector v1 = m;
        FloatVector v2 = m;
        FloatVector v3 = m;
        FloatVector v4 = m;
        FloatVector v5 = m;
        FloatVector v6 = m;
        FloatVector v7 = m;
        FloatVector v8 = m;
        FloatVector v9 = m;
        FloatVector v10 = m;
        FloatVector v11 = m;
        for (int i = 0; i < STEPS; i++) {
            v0 = v0.fma(m, c);
            v1 = v1.fma(m, c);
            v2 = v2.fma(m, c);
            v3 = v3.fma(m, c);
            v4 = v4.fma(m, c);
            v5 = v5.fma(m, c);
            v6 = v6.fma(m, c);
            v7 = v7.fma(m, c);
            v8 = v8.fma(m, c);
            v9 = v9.fma(m, c);
            v10 = v10.fma(m, c);
            v11 = v11.fma(m, c);
        }
        return v0.add(v1)
                .add(v2)
                .add(v3)
                .add(v4)
                .add(v5)
                .add(v6)
                .add(v7)
                .add(v8)
                .add(v9)
                .add(v10)
                .add(v11)
                .reduceLanes(VectorOperators.ADD);
    }

    /** Twelve chains hide the latency of an instruction on all processors that have two units for it. */
    private static double doubleProducts() {
        DoubleVector m = DoubleVector.broadcast(DoubleVector.SPECIES_PREFERRED, 0.5);
        DoubleVector c = DoubleVector.broadcast(DoubleVector.SPECIES_PREFERRED, 0.25);
        DoubleVector v0 = m;
        DoubleVector v1 = m;
        DoubleVector v2 = m;
        DoubleVector v3 = m;
        DoubleVector v4 = m;
        DoubleVector v5 = m;
        DoubleVector v6 = m;
        DoubleVector v7 = m;
        DoubleVector v8 = m;
        DoubleVector v9 = m;
        DoubleVector v10 = m;
        DoubleVector v11 = m;
        for (int i = 0; i < STEPS; i++) {
            v0 = v0.fma(m, c);
            v1 = v1.fma(m, c);
            v2 = v2.fma(m, c);
            v3 = v3.fma(m, c);
            v4 = v4.fma(m, c);
            v5 = v5.fma(m, c);
            v6 = v6.fma(m, c);
            v7 = v7.fma(m, c);
            v8 = v8.fma(m, c);
            v9 = v9.fma(m, c);
            v10 = v10.fma(m, c);
            v11 = v11.fma(m, c);
        }
        return v0.add(v1)
                .add(v2)
                .add(v3)
                .add(v4)
                .add(v5)
                .add(v6)
                .add(v7)
                .add(v8)
                .add(v9)
                .add(v10)
                .add(v11)
                .reduceLanes(VectorOperators.ADD);
    }
}
