package org.gatun.examples.bench;

import org.jspecify.annotations.Nullable;

/**
 * How long one step took, or why it was not run.
 *
 * @param problem the problem's name
 * @param axis what its size counts
 * @param size the size
 * @param runtime {@code "gatun"} or {@code "pytorch"}
 * @param mode how it ran: {@code "eager"}, operation by operation, {@code "graph"}, captured once, or PyTorch's {@code "compile"}
 * @param device {@code "cpu"} or {@code "cuda:0"}
 * @param precision how numbers are kept and multiplied
 * @param elements the numbers of the largest operand
 * @param flops the operations on numbers of one step
 * @param bytes the bytes that one step has to move at least
 * @param seconds the time of one step with everything on the device, or null if it was not run
 * @param uploadSeconds the time to bring one step's operands from the host, or null where that means nothing
 * @param downloadSeconds the time to bring one step's result to the host, or null where that means nothing
 * @param skipped why it was not run, or null
 */
record Measurement(
        String problem,
        String axis,
        long size,
        String runtime,
        String mode,
        String device,
        Precision precision,
        long elements,
        double flops,
        double bytes,
        @Nullable Double seconds,
        @Nullable Double uploadSeconds,
        @Nullable Double downloadSeconds,
        @Nullable String skipped) {
    static final String GATUN = "gatun";
    static final String PYTORCH = "pytorch";
    static final String EAGER = "eager";
    static final String GRAPH = "graph";

    boolean onCpu() {
        return device.equals("cpu");
    }

    /** Whether both did the same work. */
    boolean sameWork(Measurement other) {
        return problem.equals(other.problem)
                && size == other.size
                && device.equals(other.device)
                && precision == other.precision;
    }

    /** The step with its operands brought to the device and its result taken back, or null if that was not measured. */
    @Nullable
    Double secondsWithTransfers() {
        if (seconds == null || onCpu()) {
            return seconds;
        }
        return uploadSeconds == null || downloadSeconds == null ? null : seconds + uploadSeconds + downloadSeconds;
    }
}
