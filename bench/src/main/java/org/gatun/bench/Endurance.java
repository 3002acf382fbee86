package org.gatun.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gatun.tensor.Device;
import org.gatun.tensor.memory.MemoryStats;
import org.jspecify.annotations.Nullable;

/**
 * Whether anything grows over many steps.
 *
 * @param points what was found along the way
 */
record Endurance(List<Point> points) {
    /**
     * What was found after so many steps.
     *
     * @param step how many there were
     * @param median seconds of a step, the median since the last point
     * @param slowest seconds of the slowest step since the last point
     * @param heap bytes of Java's heap after a collection
     * @param live bytes of tensors
     * @param cached bytes that the allocator keeps for later
     * @param resident bytes of the process in memory; null where the system does not say
     */
    record Point(
            long step,
            double median,
            double slowest,
            long heap,
            long live,
            long cached,
            @Nullable Long resident) {}

    /** Runs so many steps and looks at so many points along the way, or after each step if there are fewer. */
    static Endurance of(Computation computation, long steps, int points) throws IOException {
        var found = new ArrayList<Point>();
        long looks = Math.min(points, steps);
        long done = 0;
        for (long look = 1; look <= looks; look++) {
            long next = Math.multiplyExact(steps, look) / looks;
            double[] seconds = new double[Math.toIntExact(next - done)];
            for (int i = 0; i < seconds.length; i++) {
                long begin = System.nanoTime();
                computation.run();
                seconds[i] = (System.nanoTime() - begin) * 1e-9;
            }
            done = next;
            Arrays.sort(seconds);
            var memory = ManagementFactory.getMemoryMXBean();
            memory.gc();
            MemoryStats stats = MemoryStats.of(Device.CPU);
            found.add(new Point(
                    done,
                    seconds[seconds.length / 2],
                    seconds[seconds.length - 1],
                    memory.getHeapMemoryUsage().getUsed(),
                    stats.liveBytes(),
                    stats.cachedBytes(),
                    FirstSteps.resident("VmRSS")));
        }
        return new Endurance(found);
    }
}
