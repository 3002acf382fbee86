package org.gatun.bench;

import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.gatun.autograd.Tape;
import org.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A computation for all sides.
 *
 * @param suite which suite it is of
 * @param operation what it does
 * @param size how large it is
 * @param inputs the operands, which get numbers of their own each
 * @param torch the computation in PyTorch
 * @param gatun the computation in Gatun
 * @param unique what the sides' results have to agree in, where the results themselves are not unique
 * @param work what it has to do at least
 * @param parallel whether it is large enough for several threads
 * @param tolerance the most by which sides may differ, of the largest number; 0 where results are to be equal
 * @param steps 0, or of a training step how many run before results are compared; of these a fresh process's first ones are measured too
 */
public record Problem(
        String suite,
        String operation,
        String size,
        List<Input> inputs,
        @Nullable TorchScript torch,
        Function<List<Tensor>, Steps> gatun,
        UnaryOperator<List<Tensor>> unique,
        Work work,
        boolean parallel,
        double tolerance,
        int steps) {
    /** What sides may differ by, unless a problem says less: sums of floats in another order do. */
    private static final double TOLERANCE = 1e-4;

    /** What takes a peer's wrapper no small part of the time: less work than this, in operations and in bytes. */
    private static final double SMALL_FLOPS = 2e7;

    private static final double SMALL_BYTES = 4e6;

    /** How often a call of a small script computes. */
    private static final int REPEATS = 16;

    /** Numbers the operands. */
    public Problem {
        List<Input> given = inputs;
        inputs = IntStream.range(0, given.size())
                .mapToObj(i -> given.get(i).numbered(i))
                .toList();
    }

    /** A computation with one result, an expression of TorchScript of operands a, b, c, ... */
    public static Problem of(
            String suite,
            String operation,
            String size,
            String torch,
            Function<List<Tensor>, Tensor> gatun,
            Input... inputs) {
        return of(
                suite,
                operation,
                size,
                TorchScript.expression(inputs.length, torch),
                gatun.andThen(List::of),
                List.of(inputs));
    }

    /** A computation whose results are free to use any memory. */
    public static Problem of(
            String suite,
            String operation,
            String size,
            @Nullable TorchScript torch,
            Function<List<Tensor>, List<Tensor>> gatun,
            List<Input> inputs) {
        double bytes = 0;
        for (Input input : inputs) {
            bytes += input.bytes();
        }
        return new Problem(
                suite,
                operation,
                size,
                inputs,
                torch,
                x -> () -> gatun.apply(x),
                UnaryOperator.identity(),
                Work.ofBytes(bytes),
                false,
                TOLERANCE,
                0);
    }

    /** What no other problem is called. */
    public String id() {
        return suite + "/" + name();
    }

    /** What it is, with its size. */
    public String name() {
        return operation + " " + size;
    }

    /** The gradients of the sum of the only result with respect to all operands, forward pass included. */
    public Problem asGradient() {
        Function<List<Tensor>, Steps> gradients = x -> () -> {
            try (Tape tape = Tape.open()) {
                List<Tensor> leaves = x.stream().map(tape::watch).toList();
                List<Tensor> found =
                        tape.gradient(gatun.apply(leaves).results().getFirst().sum(), leaves);
                found.forEach(Tensor::keep);
                return found;
            }
        };
        return new Problem(
                suite,
                operation + " gradient",
                size,
                inputs.stream().map(Input::asTrained).toList(),
                torch == null ? null : torch.gradients(),
                gradients,
                unique,
                work,
                parallel,
                tolerance,
                steps);
    }

    /** This computation, measured on several threads too. */
    public Problem onThreads() {
        return new Problem(suite, operation, size, inputs, torch, gatun, unique, work, true, tolerance, steps);
    }

    /** This computation with its work. */
    public Problem working(Work known) {
        return new Problem(suite, operation, size, inputs, torch, gatun, unique, known, parallel, tolerance, steps);
    }

    /** This computation, compared in what is unique of its results. */
    public Problem comparing(UnaryOperator<List<Tensor>> what) {
        return new Problem(suite, operation, size, inputs, torch, gatun, what, work, parallel, tolerance, steps);
    }

    /** This computation, compared more closely. */
    public Problem within(double most) {
        return new Problem(suite, operation, size, inputs, torch, gatun, unique, work, parallel, most, steps);
    }

    /** This computation done so by Gatun. */
    public Problem by(Function<List<Tensor>, Steps> how) {
        return new Problem(suite, operation, size, inputs, torch, how, unique, work, parallel, tolerance, steps);
    }

    /** This computation, a training step: results are compared after so many. */
    public Problem asTraining(int before) {
        return new Problem(suite, operation, size, inputs, torch, gatun, unique, work, parallel, tolerance, before);
    }

    /**
     * How often a peer's call of the script computes: a small one several times, so that kernels are compared and not the wrapper's
     * way from Java to the script. In the suite {@code overhead} that way is what is measured, and a training step is no part of a loop.
     */
    public int repeats() {
        boolean small = work.flops() <= SMALL_FLOPS && work.bytes() <= SMALL_BYTES;
        return small && steps == 0 && !suite.equals("overhead") ? REPEATS : 1;
    }

    /** Of a training step the numbers of the operands that it changes and that are compared: they are results of it too, after those of the script. */
    public List<Integer> changed() {
        return IntStream.range(0, steps == 0 ? 0 : inputs.size())
                .filter(i -> inputs.get(i).trained() || inputs.get(i).kept())
                .boxed()
                .toList();
    }

    /** Whether PyTorch records the computation, for its gradients. */
    public boolean recorded() {
        return inputs.stream().anyMatch(Input::trained);
    }
}
