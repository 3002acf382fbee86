package org.gatun.autograd;

import java.lang.StackWalker.StackFrame;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.trace.Traced;
import org.jspecify.annotations.Nullable;

/**
 * Looks for NaN in what is recorded while it is open, on its thread, as {@code torch.autograd.detect_anomaly}: an operation that makes
 * the first NaN out of numbers, or whose derivative does, is an exception that names the line of the program that applied it.
 *
 * <pre>{@code
 * try (AnomalyDetection anomaly = AnomalyDetection.open(); Tape tape = Tape.open()) {
 *     tape.backward(model.forward(x).sqrt().mean());
 * }
 * // AnomalyException: backward: the derivative of SQRT, applied at Model.forward(Model.java:12), ... gave NaN
 * }</pre>
 *
 * <p>Tapes and gradients that are begun inside are examined to their end. Every operation is then read through and its caller looked up: for
 * searching mistakes, not for training.
 */
public final class AnomalyDetection implements AutoCloseable {
    private static final ThreadLocal<@Nullable Integer> DEPTH = new ThreadLocal<>();
    private static final StackWalker WALKER = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    private boolean open = true;

    private AnomalyDetection() {}

    /** Begins to look for NaN on this thread. */
    public static AnomalyDetection open() {
        DEPTH.set(depth() + 1);
        return new AnomalyDetection();
    }

    private static int depth() {
        return Objects.requireNonNullElse(DEPTH.get(), 0);
    }

    static boolean isActive() {
        return DEPTH.get() != null;
    }

    /** Ends the search. Closing twice does no harm. */
    @Override
    public void close() {
        if (open) {
            open = false;
            int depth = depth() - 1;
            if (depth <= 0) {
                DEPTH.remove();
            } else {
                DEPTH.set(depth);
            }
        }
    }

    /** The line that called the library: with layers of a network, those in between as well. */
    static String origin() {
        List<StackFrame> lines = WALKER.walk(frames -> {
            var found = new ArrayList<StackFrame>();
            for (StackFrame f :
                    (Iterable<StackFrame>) frames.filter(f -> !isLibrary(f.getDeclaringClass()))::iterator) {
                found.add(f);
                if (!f.getClassName().startsWith("org.gatun.nn.")) {
                    break;
                }
            }
            return found;
        });
        return lines.stream()
                .map(f -> f.toStackTraceElement().toString().replaceFirst("^.*//|^.*/", ""))
                .collect(Collectors.joining(", called from "));
    }

    /** Whether a class belongs to the tensors, to automatic differentiation, or to the JDK. */
    private static boolean isLibrary(Class<?> type) {
        if (type.getClassLoader() == null || type.getName().startsWith("java.")) {
            return true;
        }
        CodeSource source = type.getProtectionDomain().getCodeSource();
        return source != null
                && (source.equals(Tensor.class.getProtectionDomain().getCodeSource())
                        || source.equals(
                                AnomalyDetection.class.getProtectionDomain().getCodeSource()));
    }

    static void checkResults(Node node, Tensor[] operands, Tensor[] results) {
        if (hasNan(results) && !hasNan(operands)) {
            throw new AnomalyException("forward: " + describe(node) + " gave NaN in a result of shape "
                    + node.resultTypes.get(0).shape() + " from operands without one: look at what it is applied to");
        }
    }

    static void checkGradients(Node node, Primal primal, @Nullable Tensor[] cotangents, @Nullable Tensor[] gradients) {
        if (hasNan(gradients) && !hasNan(cotangents) && !hasNan(primal.inputs()) && !hasNan(primal.results())) {
            throw new AnomalyException("backward: the derivative of " + describe(node)
                    + " gave NaN from a gradient without one: its operand is a point where the derivative is not finite, such as"
                    + " the square root at 0; choose another operand there with where or clamp before it");
        }
    }

    private static String describe(Node node) {
        return TapePrinter.label(node.op) + (node.origin.isEmpty() ? "" : ", applied at " + node.origin + ",");
    }

    private static boolean hasNan(@Nullable Tensor[] tensors) {
        try (var scope = MemoryScope.open("anomaly")) {
            for (Tensor t : tensors) {
                if (t != null && t.dtype().isFloating() && t.elements() > 0) {
                    ConcreteTensor values = Traced.beneath(t);
                    if (values.isNan().any().item() != 0) {
                        return true;
                    }
                }
            }
            return false;
        }
    }
}
