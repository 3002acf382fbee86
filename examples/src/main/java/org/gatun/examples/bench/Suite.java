package org.gatun.examples.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.gatun.tensor.Device;
import org.gatun.tensor.MatmulPrecision;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.OutOfNativeMemoryException;
import org.jspecify.annotations.Nullable;

/**
 * Runs problems on the CPU and on a GPU within a number of seconds: every series of sizes gets an equal part of the time that is left, and
 * ends at the first size that would not fit into that part or into the memory.
 */
final class Suite {
    /** Seconds for one measurement at most. */
    private static final double ALLOWANCE = 1;

    /** A size that takes less than this many seconds is run even when its series has no time left. */
    private static final double FORGIVEN = 0.01;

    /** A device's limits take this part of the whole time. */
    private static final double LIMITS_PART = 0.1;

    /** After so many runs a step is captured. */
    private static final int CAPTURED = 2;

    private final List<Machine> machines;
    private final List<Problem> problems;
    private final long largest;
    private final Consumer<String> progress;
    private final Stopwatch stopwatch = new Stopwatch();
    private final double start = System.nanoTime() * 1e-9;
    private final double budget;

    /**
     * A suite.
     *
     * @param machines the devices
     * @param problems what to run on each
     * @param largest sizes with more elements are left away
     * @param budget the seconds that it may take, about
     * @param progress is told the name of each series as it begins
     */
    Suite(List<Machine> machines, List<Problem> problems, long largest, double budget, Consumer<String> progress) {
        this.machines = List.copyOf(machines);
        this.problems = List.copyOf(problems);
        this.largest = largest;
        this.budget = budget;
        this.progress = progress;
    }

    /** One series of sizes to be measured. */
    private record Series(Problem problem, Machine machine, Precision precision) {}

    /** What a suite found. */
    record Found(List<Limits> limits, List<Measurement> measurements) {}

    /** Runs everything. */
    Found run() {
        var limits = new ArrayList<Limits>();
        for (Machine machine : machines) {
            progress.accept("limits of " + machine.device());
            limits.add(limits(machine, LIMITS_PART * budget / machines.size()));
        }
        var all = new ArrayList<Series>();
        for (Problem problem : problems) {
            for (Machine machine : machines) {
                for (Precision precision : machine.precisions()) {
                    if (precision != Precision.TF32 || problem.multiplies()) {
                        all.add(new Series(problem, machine, precision));
                    }
                }
            }
        }
        var measurements = new ArrayList<Measurement>();
        for (int i = 0; i < all.size(); i++) {
            Series series = all.get(i);
            progress.accept(series.problem.name() + " " + series.precision + " on " + series.machine.device());
            double left = start + budget - now();
            measure(series, now() + Math.max(0, left) / (all.size() - i), measurements);
        }
        return new Found(exceeded(limits, measurements), measurements);
    }

    /** The fastest copy and the fastest products, each of the size from which on larger ones take too long. */
    private Limits limits(Machine machine, double seconds) {
        int kinds = 1 + machine.precisions().size();
        var copies = new ArrayList<Measurement>();
        measure(new Series(Problems.COPY, machine, Precision.F32), now() + seconds / kinds, copies);
        var peaks = new EnumMap<Precision, Double>(Precision.class);
        for (Precision precision : machine.precisions()) {
            var products = new ArrayList<Measurement>();
            Problem gemm = Problems.named(Problems.GEMM);
            measure(new Series(gemm, machine, precision), now() + seconds / kinds, products);
            peaks.put(precision, fastest(products, true));
        }
        return new Limits(machine.device().toString(), machine.name(), machine.memory(), fastest(copies, false), peaks);
    }

    private static double fastest(List<Measurement> series, boolean products) {
        double best = 0;
        for (Measurement m : series) {
            Double seconds = m.seconds();
            if (seconds != null) {
                best = Math.max(best, (products ? m.flops() : m.bytes()) / seconds);
            }
        }
        return best;
    }

    /** The limits, raised to what a measurement shows to be possible. */
    private static List<Limits> exceeded(List<Limits> limits, List<Measurement> measurements) {
        return limits.stream()
                .map(l -> {
                    Map<Precision, Double> peaks = new EnumMap<>(l.flopsPerSecond());
                    peaks.replaceAll((precision, peak) -> Math.max(
                            peak,
                            fastest(
                                    measurements.stream()
                                            .filter(m -> m.device().equals(l.device()) && m.precision() == precision)
                                            .toList(),
                                    true)));
                    return new Limits(l.device(), l.name(), l.memory(), l.copyBytesPerSecond(), peaks);
                })
                .toList();
    }

    private void measure(Series series, double until, List<Measurement> into) {
        double perWork = 0; // the least seconds that a size takes, by its work
        String skipped = null;
        for (long size : series.problem.sizes()) {
            Work work = series.problem.work(size, series.precision);
            double cost = Math.max(work.flops(), work.bytes());
            if (skipped == null) {
                double left = until - now();
                if (work.elements() > largest) {
                    skipped = "larger than asked for";
                } else if (work.memory() > series.machine.free()) {
                    skipped = "memory: takes about " + Math.round(work.memory() / 1e6) + " MB";
                } else if (perWork * cost > Math.max(left, FORGIVEN)) {
                    skipped = "time: takes " + Quantity.seconds(perWork * cost) + " at the least";
                }
            }
            if (skipped != null) {
                into.add(measurement(series, size, work, Times.NONE, skipped));
                continue;
            }
            double began = now();
            try {
                int later = series.problem.sizes().size();
                double allowance = Math.clamp((until - began) / Math.max(2, later / 2), 0.002, ALLOWANCE);
                Times times = times(series, size, allowance);
                into.add(measurement(series, size, work, times, null));
                if (times.captured != null) {
                    into.add(measurement(series, size, Measurement.GRAPH, work, times.ofGraph(), null));
                }
                perWork = times.least(work) / cost;
            } catch (OutOfNativeMemoryException e) {
                skipped = "memory: " + series.machine.device() + " has no more";
                into.add(measurement(series, size, work, Times.NONE, skipped));
            }
        }
    }

    /** What one size took: a step, the same captured as a graph, the transfers around it, and making its operands. */
    private record Times(
            @Nullable Double seconds,
            @Nullable Double captured,
            @Nullable Double upload,
            @Nullable Double download,
            double preparation) {
        static final Times NONE = new Times(null, null, null, null, 0);

        /** Below this many bytes, making operands takes as long for any size. */
        private static final double SMALL = 1 << 24;

        Times ofGraph() {
            return new Times(captured, null, upload, download, preparation);
        }

        /** The seconds for as few runs as possible: two and a timed one of the step and of each transfer. */
        double least(Work work) {
            return 3 * (or0(seconds) + or0(captured) + or0(upload) + or0(download))
                    + (work.bytes() < SMALL ? 0 : preparation);
        }

        private static double or0(@Nullable Double value) {
            return value == null ? 0 : value;
        }
    }

    private Times times(Series series, long size, double allowance) {
        Device device = series.machine.device();
        double began = now();
        try (MatmulPrecision.Scope products = series.precision.products().open();
                Step step = series.problem.prepare(device, series.precision, size)) {
            device.synchronize();
            double preparation = now() - began;
            double seconds = seconds(step, device, allowance);
            return switch (device) {
                case Device.Cpu cpu -> new Times(seconds, null, null, null, preparation);
                case Device.Cuda gpu ->
                    new Times(
                            seconds,
                            captured(step, gpu, allowance),
                            upload(step, gpu, allowance / 4),
                            download(step, allowance / 4),
                            preparation);
            };
        }
    }

    private double seconds(Step step, Device device, double allowance) {
        return stopwatch.seconds(
                () -> MemoryScope.tidy(() -> {
                    step.run();
                }),
                device::synchronize,
                allowance);
    }

    private @Nullable Double captured(Step step, Device.Cuda device, double allowance) {
        try (Step graph = step.captured(device)) {
            if (graph == null) {
                return null;
            }
            for (int i = 0; i < CAPTURED; i++) {
                MemoryScope.tidy(() -> {
                    graph.run();
                });
            }
            return seconds(graph, device, allowance);
        }
    }

    private double upload(Step step, Device device, double allowance) {
        List<Tensor> host = step.inputs().stream().map(Tensor::cpu).toList();
        try {
            return stopwatch.seconds(
                    () -> MemoryScope.tidy(() -> host.forEach(x -> x.to(device))), device::synchronize, allowance);
        } finally {
            host.forEach(Tensor::close);
        }
    }

    private double download(Step step, double allowance) {
        try (Tensor result = step.run()) {
            return stopwatch.seconds(() -> result.cpu().close(), () -> {}, allowance);
        }
    }

    private static Measurement measurement(Series series, long size, Work work, Times times, @Nullable String skipped) {
        return measurement(series, size, Measurement.EAGER, work, times, skipped);
    }

    private static Measurement measurement(
            Series series, long size, String mode, Work work, Times times, @Nullable String skipped) {
        return new Measurement(
                series.problem.name(),
                series.problem.axis(),
                size,
                Measurement.GATUN,
                mode,
                series.machine.device().toString(),
                series.precision,
                work.elements(),
                work.flops(),
                work.bytes(),
                times.seconds,
                times.upload,
                times.download,
                skipped);
    }

    private static double now() {
        return System.nanoTime() * 1e-9;
    }
}
