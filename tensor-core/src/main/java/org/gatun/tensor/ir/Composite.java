package org.gatun.tensor.ir;

import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A named function of tensors written in public operations. Interpreters inline the {@link #fallback} unless the composite
 * brings something better: a fused kernel for a device, or a derivative of its own. Softmax, cross-entropy and users' custom
 * gradients come in by this door.
 *
 * <p>A composite is a value: implement it as a record whose components are its parameters.
 */
public interface Composite {
    /** The name in messages, printed tapes and graphs. */
    String name();

    /** The number of operands. */
    int arity();

    /** The number of results. */
    default int results() {
        return 1;
    }

    /** The function, in public operations on its operands and nothing else that could carry a gradient. */
    List<Tensor> fallback(List<Tensor> inputs);

    /**
     * A fused kernel for the CPU, if there is one for operands of these types; its results equal those of the {@link #fallback}
     * within rounding.
     */
    default Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return Optional.empty();
    }

    /** A fused kernel for GPUs, as {@link #cpuKernel}. */
    default Optional<Kernel> cudaKernel(List<TensorType> inputs) {
        return Optional.empty();
    }

    /**
     * This function over a batch, if it has a form of its own for that, with kernels or a derivative better than batching the
     * {@link #fallback} and the {@link #derivative} gives: a composite whose marked operands and all of whose results have one more axis in
     * front.
     *
     * @param operands for each operand, whether it has a batch; at least one does
     */
    default Optional<Composite> batched(List<Boolean> operands) {
        return Optional.empty();
    }

    /** A derivative to use instead of that of the {@link #fallback}, if there is one. */
    default Optional<Derivative> derivative() {
        return Optional.empty();
    }

    /** A function from concrete operands to fresh concrete results, which it allocates. */
    @FunctionalInterface
    interface Kernel {
        /** Runs on operands of any layout and returns the results. */
        ConcreteTensor[] run(ConcreteTensor... inputs);
    }

    /**
     * A derivative written by hand, in public operations, so that it can be differentiated again. The tape saves the operands
     * and results that {@link #usesInput} and {@link #usesResult} name, and gives null for the others.
     *
     * <p>Of the two forms of {@code vjp}, and of {@code jvp}, implement one, the longer where it saves work or an infinite product: each
     * stands for the other.
     */
    interface Derivative {
        /**
         * The cotangents of the operands, null for an operand that gets none.
         *
         * @param inputs the operands (null where not saved)
         * @param results the results (null where not saved)
         * @param cotangents the cotangents of the results, zeros where nothing flowed in
         */
        List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs, List<@Nullable Tensor> results, List<Tensor> cotangents);

        /**
         * As above, told which operands a cotangent is wanted for; the others may be left null. Override it where that saves
         * work.
         *
         * @param wanted whether the cotangent of an operand is wanted, by its number
         */
        default List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs,
                List<@Nullable Tensor> results,
                List<Tensor> cotangents,
                IntPredicate wanted) {
            return vjp(inputs, results, cotangents);
        }

        /**
         * The tangents of the results.
         *
         * @param inputs the operands
         * @param results the results
         * @param tangents the tangents of the operands, zeros where there is none
         */
        List<Tensor> jvp(List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents);

        /**
         * As above, told which operands have a tangent. Override it where a product with the zeros of the others costs work, or is
         * NaN because the other factor is infinite.
         *
         * @param present whether an operand has a tangent, by its number
         */
        default List<Tensor> jvp(
                List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents, IntPredicate present) {
            return jvp(inputs, results, tangents);
        }

        /** Whether there is a {@link #vjp}; otherwise the reverse mode uses the fallback. */
        default boolean definesVjp() {
            return true;
        }

        /** Whether there is a {@link #jvp}; otherwise the forward mode uses the fallback. */
        default boolean definesJvp() {
            return true;
        }

        /** Whether {@link #vjp} reads operand {@code i}. */
        default boolean usesInput(int i) {
            return true;
        }

        /** Whether {@link #vjp} reads result {@code i}. */
        default boolean usesResult(int i) {
            return true;
        }

        /** Whether {@link #vjp} reads the cotangent of result {@code i}; otherwise it gets zeros, on the host perhaps. */
        default boolean usesCotangent(int i) {
            return true;
        }
    }

    /** A derivative whose rules are written once, for the operands that are asked for; all are where nothing is said. */
    interface SelectiveDerivative extends Derivative {
        @Override
        default List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs, List<@Nullable Tensor> results, List<Tensor> cotangents) {
            return vjp(inputs, results, cotangents, i -> true);
        }

        @Override
        List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs,
                List<@Nullable Tensor> results,
                List<Tensor> cotangents,
                IntPredicate wanted);

        @Override
        default List<Tensor> jvp(List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents) {
            return jvp(inputs, results, tangents, i -> true);
        }

        @Override
        List<Tensor> jvp(List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents, IntPredicate present);
    }
}
