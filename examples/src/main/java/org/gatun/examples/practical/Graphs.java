package org.gatun.examples.practical;

import java.util.List;
import java.util.Objects;
import org.gatun.autograd.Parameter;
import org.gatun.autograd.Tape;
import org.gatun.optim.Adam;
import org.gatun.optim.Sgd;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.random.Generator;

/** Section 3: the computational graph, back-propagation, and the training loop by hand. */
final class Graphs {
    private Graphs() {}

    static void run(Sheet sheet) {
        graph(sheet);
        accumulation(sheet);
        listing(sheet);
        optimizers(sheet);
    }

    /** {@code ||(Wx + b) - t||^2}: its graph, its gradients by hand and by back-propagation. */
    private static void graph(Sheet sheet) {
        sheet.section("3.1 The computational graph of ||(Wx + b) - t||^2");
        try (var w = Parameter.of("W", Tensors.of(new double[][] {{1, 2, 3}, {4, 5, 6}}));
                var b = Parameter.of("b", Tensors.of(0.5, -0.5));
                Tape tape = Tape.open()) {
            Tensor x = Tensors.of(1.0, -1.0, 2.0);
            Tensor t = Tensors.of(5.0, 10.0);
            Tensor loss = w.matmul(x).add(b).sub(t).square().sum();
            sheet.text(tape.toString());
            sheet.text(tape.toDot());
            tape.backward(loss);
            // The residual r = Wx + b - t = (0.5, 0.5): dL/db = 2r, dL/dW = 2 r x^T.
            double[] r = {5.5 - 5, 10.5 - 10};
            sheet.answer("L = ||r||^2", r[0] * r[0] + r[1] * r[1], loss.item());
            sheet.answer("dL/db = 2r", new double[] {2 * r[0], 2 * r[1]}, gradient(b));
            sheet.answer(
                    "dL/dW = 2 r x^T",
                    new double[] {2 * r[0], -2 * r[0], 4 * r[0], 2 * r[1], -2 * r[1], 4 * r[1]},
                    gradient(w));
        }
    }

    private static void accumulation(Sheet sheet) {
        sheet.section("3.2 Gradients accumulate until they are zeroed");
        try (var w = Parameter.of("w", Tensors.scalar(3.0))) {
            for (int i = 1; i <= 2; i++) {
                try (Tape tape = Tape.open()) {
                    tape.backward(w.square());
                }
                sheet.answer(
                        "dw after backward number " + i + " of w^2 at w = 3",
                        6.0 * i,
                        gradient(w).item());
            }
            w.zeroGrad();
            sheet.holds("no gradient after zeroing", w.grad() == null);
            try (Tape tape = Tape.open()) {
                tape.backward(w.square());
            }
            sheet.answer("dw after zeroing and one backward", 6, gradient(w).item());
            w.requiresGrad(false);
            w.zeroGrad();
            try (Tape tape = Tape.open()) {
                Tensor x = tape.watch(Tensors.scalar(2.0));
                tape.backward(w.mul(x));
            }
            sheet.holds("no gradient for a parameter with requiresGrad(false)", w.grad() == null);
        }
    }

    /** Listing 1: mini-batch stochastic gradient descent on a linear model, written out. */
    private static void listing(Sheet sheet) {
        sheet.section("3.3 Listing 1: stochastic mini-batch gradient descent by hand");
        var generator = new Generator(1);
        Tensor trueW = Tensors.of(new double[][] {{2, -3.4}});
        double trueB = 4.2;
        Tensor x = Tensors.randn(generator, 1000, 2).to(trueW.dtype());
        Tensor y = x.matmul(trueW.t()).add(trueB);
        try (var w = Parameter.of("w", Tensors.of(new double[][] {{0, 0}}));
                var b = Parameter.of("b", Tensors.of(0.0))) {
            double rate = 0.1;
            int batch = 50;
            for (int epoch = 0; epoch < 10; epoch++) {
                for (int i = 0; i < 1000; i += batch) {
                    try (Tape tape = Tape.open()) {
                        Tensor xs = x.slice(0, i, i + batch);
                        Tensor ts = y.slice(0, i, i + batch);
                        Tensor loss = xs.matmul(w.t()).add(b).sub(ts).square().mean();
                        tape.backward(loss);
                    }
                    for (Parameter p : List.of(w, b)) {
                        p.assign(p.value().sub(gradient(p).mul(rate)));
                        p.zeroGrad();
                    }
                }
            }
            sheet.answer("w", new double[] {2, -3.4}, w.toDoubleArray(), 1e-6);
            sheet.answer("b", trueB, b.item(), 1e-6);
        }
    }

    /** One step of each optimizer from a known gradient, and a descent to the minimum. */
    private static void optimizers(Sheet sheet) {
        sheet.section("3.4 Optimizers");
        try (var w = Parameter.of("w", Tensors.scalar(3.0));
                var sgd = Sgd.of(List.of(w)).learningRate(0.1)) {
            w.grad(Tensors.scalar(6.0));
            sgd.step();
            sheet.answer("SGD: w - rate * dw", 3 - 0.1 * 6, w.item());
        }
        try (var w = Parameter.of("w", Tensors.scalar(3.0));
                var adam = Adam.of(List.of(w)).learningRate(0.1)) {
            w.grad(Tensors.scalar(6.0));
            adam.step();
            // At the first step the corrected moments are g and g^2, so the step is rate * g / (|g| + epsilon).
            sheet.answer("Adam, first step: w - rate * dw / (|dw| + 1e-8)", 3 - 0.1 * 6 / (6 + 1e-8), w.item());
            for (int i = 0; i < 500; i++) {
                adam.zeroGrad();
                try (Tape tape = Tape.open()) {
                    tape.backward(w.sub(1).square());
                }
                adam.step();
            }
            sheet.answer("Adam, minimum of (w - 1)^2", 1, w.item(), 1e-3);
        }
    }

    private static Tensor gradient(Parameter p) {
        return Objects.requireNonNull(p.grad(), "no gradient");
    }
}
