package org.gatun.examples.bench;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * From which size on a GPU is faster than the CPU.
 *
 * @param problem the problem
 * @param precision the GPU's precision
 * @param transfers whether operands and results that travel between the host and the GPU for each step count
 * @param size the size, by interpolation, or null when the CPU is as fast at the largest size that both ran
 * @param belowSmallest whether the GPU is faster at the smallest size already, which {@code size} then is
 */
record Crossover(
        String problem,
        Precision precision,
        boolean transfers,
        @Nullable Double size,
        boolean belowSmallest) {
    /**
     * The crossover of two series of seconds by size. Between two sizes, times are taken for powers of the size: straight lines where both axes
     * are logarithmic.
     *
     * @return null when the series have no size in common
     */
    static @Nullable Crossover of(
            String problem, Precision precision, boolean transfers, Map<Long, Double> cpu, Map<Long, Double> gpu) {
        NavigableMap<Long, Double> logRatio = new TreeMap<>();
        cpu.forEach((size, seconds) -> {
            Double other = gpu.get(size);
            if (other != null) {
                logRatio.put(size, Math.log(seconds / other));
            }
        });
        if (logRatio.isEmpty()) {
            return null;
        }
        Map.Entry<Long, Double> slower = null; // the largest size at which the GPU is not faster
        for (Map.Entry<Long, Double> entry : logRatio.entrySet()) {
            if (entry.getValue() <= 0) {
                slower = entry;
            }
        }
        if (slower == null) {
            return new Crossover(problem, precision, transfers, (double) logRatio.firstKey(), true);
        }
        Map.Entry<Long, Double> faster = logRatio.higherEntry(slower.getKey());
        if (faster == null) {
            return new Crossover(problem, precision, transfers, null, false);
        }
        double part = -slower.getValue() / (faster.getValue() - slower.getValue());
        double log = Math.log(slower.getKey()) + part * (Math.log(faster.getKey()) - Math.log(slower.getKey()));
        return new Crossover(problem, precision, transfers, Math.exp(log), false);
    }
}
