package org.gatun.tensor.cpu;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.gatun.tensor.DType;

/**
 * Makes loops for hot regions, on a background thread. A new loop starts in the JVM's interpreter, a thousand times slower than
 * compiled; so it is run here on numbers that nobody needs until the JVM has compiled it and it beats the kernels that work
 * block by block. Only then is it taken into use; one that never does is dropped.
 *
 * <p>{@code -Dgatun.regions=blocks} turns it off. Results do not depend on it.
 */
final class RegionTrainer {
    private static final String PROPERTY = "gatun.regions";

    /** Whether regions are compiled at all. */
    static final boolean ENABLED = VectorSupport.ENABLED && !"blocks".equalsIgnoreCase(System.getProperty(PROPERTY));

    /** The elements of a timed run: a few microseconds' work. */
    private static final int TIMED = 2048;

    /** Runs that the JVM counts between looks at the clock. */
    private static final int RUNS = 64;

    /** When to give up. */
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    /** How many regions may wait. Others ask again later, so that regions with ever new constants don't keep those out that last. */
    private static final int WAITING = 8;

    private static final ThreadPoolExecutor THREAD =
            new ThreadPoolExecutor(1, 1, 2, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), body -> {
                var thread = new Thread(body, "gatun-region-trainer");
                thread.setDaemon(true);
                thread.setPriority(Thread.MIN_PRIORITY);
                return thread;
            });

    static {
        THREAD.allowCoreThreadTimeOut(true);
    }

    private RegionTrainer() {}

    /**
     * Has a loop made for a variant whose program is {@linkplain RegionCompiler#accepts accepted}.
     *
     * @return false if too many are waiting
     */
    static boolean train(RegionVariant variant) {
        try {
            THREAD.execute(() -> tryOrLeave(variant));
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private static void tryOrLeave(RegionVariant variant) {
        try {
            tryTo(variant);
        } catch (RuntimeException | LinkageError e) {
            System.getLogger(RegionTrainer.class.getName())
                    .log(Level.DEBUG, "a region stays as it is, block by block: " + variant.program.expr, e);
        }
    }

    private static void tryTo(RegionVariant variant) {
        Program program = variant.program;
        RegionLoop loop = RegionCompiler.compile(program.expr, variant.single);
        if (loop == null) {
            return;
        }
        int lanes = vectorLanes(program);
        try (Arena arena = Arena.ofConfined()) {
            long[] at = numbers(program, arena);
            long limit = timeOfBlocks(program.steps, at);
            long start = System.nanoTime();
            while (System.nanoTime() - start < PATIENCE_NANOS) {
                for (int i = 0; i < RUNS; i++) {
                    loop.run(at, 8 * lanes + 1);
                }
                if (time(loop, at, TIMED) <= limit && time(loop, at, lanes - 1) <= limit) {
                    variant.use(loop);
                    return;
                }
            }
        } finally {
            Reference.reachabilityFence(program);
        }
    }

    private static int vectorLanes(Program program) {
        return program.dtypes[0] == DType.F32 ? F32Lanes.COUNT : F64Lanes.COUNT;
    }

    /** Memory for every value, all ones. */
    private static long[] numbers(Program program, Arena arena) {
        long[] at = new long[program.dtypes.length];
        for (int v = 0; v < at.length; v++) {
            DType dtype = program.dtypes[v];
            MemorySegment memory = arena.allocate((long) TIMED * dtype.bytes(), 64);
            for (long i = 0; i < TIMED; i++) {
                if (dtype == DType.F32) {
                    memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1);
                } else if (dtype == DType.F64) {
                    memory.setAtIndex(ValueLayout.JAVA_DOUBLE, i, 1);
                }
            }
            at[v] = memory.address();
        }
        return at;
    }

    private static long time(RegionLoop loop, long[] at, int n) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            long start = System.nanoTime();
            loop.run(at, n);
            least = Math.min(least, System.nanoTime() - start);
        }
        return least;
    }

    /** How long the kernels take over as many elements, one after the other. */
    private static long timeOfBlocks(Step[] steps, long[] at) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) {
            long start = System.nanoTime();
            for (Step step : steps) {
                switch (step) {
                    case Step.OfOne s -> s.kernel().apply(at[s.x()], at[s.out()], TIMED);
                    case Step.OfTwo s -> s.kernel().apply(at[s.a()], at[s.b()], at[s.out()], TIMED);
                    case Step.Choice s -> s.kernel().apply(at[s.cond()], at[s.a()], at[s.b()], at[s.out()], TIMED);
                }
            }
            least = Math.min(least, System.nanoTime() - start);
        }
        return least;
    }
}
