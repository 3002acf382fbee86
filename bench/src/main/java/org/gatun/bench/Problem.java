package org.gatun.bench;

import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.gatun.autograd.Tape;
import org.gatun.tensor.Tensor;

/**
 * A computation for both sides.
 *
 * @param name what it is, with its sizes
 * @param inputs the operands
 * @param torch the results as an expression of TorchScript, of operands a, b, c, ...
 * @param gatun the results
 * @param results how many there are
 * @param unique what both sides' results have to agree in, where the results themselves are not unique
 * @param gradient whether what is asked for are the gradients of the sum of the result with respect to all operands
 * @param parallel whether it is large enough for several threads
 */
record Problem(
        String name,
        List<Input> inputs,
        String torch,
        Function<List<Tensor>, List<Tensor>> gatun,
        int results,
        UnaryOperator<List<Tensor>> unique,
        boolean gradient,
        boolean parallel) {

    /** A computation with one result. */
    static Problem of(String name, String torch, Function<List<Tensor>, Tensor> gatun, Input... inputs) {
        return new Problem(
                name, List.of(inputs), torch, gatun.andThen(List::of), 1, UnaryOperator.identity(), false, false);
    }

    /** A factorisation of a matrix, and the product of its factors. */
    static Problem factors(
            String name,
            String torch,
            int results,
            Function<Tensor, List<Tensor>> gatun,
            Function<List<Tensor>, Tensor> product,
            Input matrix) {
        return new Problem(
                name,
                List.of(matrix),
                torch,
                x -> gatun.apply(x.getFirst()),
                results,
                factors -> List.of(product.apply(factors)),
                false,
                false);
    }

    /** The gradients of this computation, forward pass included. */
    Problem asGradient() {
        return new Problem(name + " gradient", inputs, torch, gatun, results, unique, true, parallel);
    }

    /** This computation, measured on several threads too. */
    Problem onThreads() {
        return new Problem(name, inputs, torch, gatun, results, unique, gradient, true);
    }

    /** Gatun's results; the caller's memory scope owns them. */
    List<Tensor> run(List<Tensor> operands) {
        if (!gradient) {
            return gatun.apply(operands);
        }
        try (Tape tape = Tape.open()) {
            List<Tensor> leaves = operands.stream().map(tape::watch).toList();
            List<Tensor> gradients =
                    tape.gradient(gatun.apply(leaves).getFirst().sum(), leaves);
            gradients.forEach(Tensor::keep);
            return gradients;
        }
    }
}
