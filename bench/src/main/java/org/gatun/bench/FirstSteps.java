package org.gatun.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first steps of a process, which users wait for too.
 *
 * @param firstStep seconds from the start of the JVM to the end of the first step
 * @param steps seconds of each step
 * @param peakBytes the most memory that the process held resident, Java's heap and libraries included; null where the system does not say
 */
record FirstSteps(
        double firstStep, List<Double> steps, @Nullable Long peakBytes) {
    /** Runs so many steps; the process must be fresh. */
    static FirstSteps of(Computation computation, int steps) throws IOException {
        var seconds = new ArrayList<Double>();
        double first = 0;
        for (int i = 0; i < steps; i++) {
            long begin = System.nanoTime();
            computation.run();
            seconds.add((System.nanoTime() - begin) * 1e-9);
            if (i == 0) {
                first = (System.currentTimeMillis()
                                - ManagementFactory.getRuntimeMXBean().getStartTime())
                        * 1e-3;
            }
        }
        return new FirstSteps(first, seconds, resident("VmHWM"));
    }

    /** A line of what Linux says about this process, in bytes. */
    static @Nullable Long resident(String name) throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return null;
        }
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith(name + ":")) {
                return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        return null;
    }
}
