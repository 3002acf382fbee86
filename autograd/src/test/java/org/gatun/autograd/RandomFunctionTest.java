package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.conformance.HostArray;
import org.gatun.tensor.conformance.ReferenceTrace;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Functions of 3 to 12 random operations: values against the slow interpreter, forward and reverse mode against finite differences to
 * second order, and vmap against a loop. {@code -Dgatun.random.functions=N} runs N of them, {@code -Dgatun.random.seed=S} starts with
 * that of seed S.
 */
@ExtendWith(NativeMemoryBalance.class)
class RandomFunctionTest {
    private static final int BATCH = 3;
    /** So many are reported before the test gives up. */
    private static final int MOST_FAILURES = 10;

    /** Where a function has a kink, finite differences say nothing, and only the modes are compared with each other. */
    private static int kinks;

    @Test
    void randomFunctions() {
        int count = Integer.getInteger("gatun.random.functions", 500);
        long first = Long.getLong("gatun.random.seed", 1L);
        kinks = 0;
        var failures = new ArrayList<String>();
        for (long seed = first; seed < first + count && failures.size() < MOST_FAILURES; seed++) {
            RandomFunction f = RandomFunction.of(seed);
            if (complaint(f) != null) {
                RandomFunction small = f.shrink(candidate -> complaint(candidate) != null);
                failures.add("seed " + seed + ": " + complaint(small) + "\nshrunk to:" + small + "\nfrom:" + f
                        + "\nto run it alone: -Dgatun.random.functions=1 -Dgatun.random.seed=" + seed);
            }
        }
        assertThat(failures).isEmpty();
        assertThat(kinks).as("functions checked without finite differences").isLessThan(1 + count / 4);
    }

    /** The test can fail: a wrong derivative is found, and shrunk to the step that has it. */
    @Test
    void aWrongDerivativeIsFoundAndShrunk() {
        var wrong = new RandomFunction.Step(
                "x^2 with the derivative x",
                List.of(0),
                in -> in.get(0).mul(in.get(0).detach()));
        RandomFunction base = RandomFunction.of(3);
        var steps = new ArrayList<>(base.steps());
        steps.add(wrong);
        RandomFunction small = new RandomFunction(base.inputs(), steps).shrink(f -> complaint(f) != null);
        assertThat(small.steps()).containsExactly(wrong);
    }

    private static @Nullable String complaint(RandomFunction f) {
        try (MemoryScope scope = MemoryScope.open("random function")) {
            checkValue(f);
            checkDerivatives(f);
            checkBatch(f);
            return null;
        } catch (AssertionError | RuntimeException e) {
            return e.toString();
        }
    }

    private static void checkValue(RandomFunction f) {
        HostArray expected =
                ReferenceTrace.evaluate(f.inputs(), in -> List.of(f.apply(in))).get(0);
        close(
                "value",
                f.apply(place(f)).toDoubleArray(),
                IntStream.range(0, expected.size()).mapToDouble(expected::real).toArray());
    }

    private static List<Tensor> place(RandomFunction f) {
        return f.inputs().stream().map(RandomFunction::tensor).toList();
    }

    private static void checkDerivatives(RandomFunction f) {
        double[] z = f.inputs().stream()
                .flatMapToDouble(a -> IntStream.range(0, a.size()).mapToDouble(a::real))
                .toArray();
        UnaryOperator<Tensor> g = packed -> f.apply(unpack(f, packed));
        double[] v = direction(z.length, 11);
        double[] u = direction(Math.toIntExact(g.apply(Tensors.of(z)).elements()), 13);
        UnaryOperator<Tensor> pullback = x -> MemoryScope.tidy(() -> {
            try (VjpResult<Tensor, Tensor> vjp = Grad.vjp(g, x)) {
                return vjp.pullback(Tensors.of(u));
            }
        });
        if (isSmooth(g, z, v) && isSmooth(pullback, z, v)) {
            GradCheck.standard().tolerance(1e-4, 1e-5).check(g, Tensors.of(z));
        } else {
            kinks++;
            double forward =
                    dot(u, Grad.jvp(g, Tensors.of(z), Tensors.of(v)).tangent().toDoubleArray());
            double reverse = dot(v, pullback.apply(Tensors.of(z)).toDoubleArray());
            close("duality <u, Jv> = <J^T u, v>", new double[] {forward}, new double[] {reverse});
        }
    }

    /** Whether the differences to both sides agree, along a direction. */
    private static boolean isSmooth(UnaryOperator<Tensor> f, double[] z, double[] v) {
        double h = 1e-5;
        double[] before = at(f, z, v, -h);
        double[] here = at(f, z, v, 0);
        double[] after = at(f, z, v, h);
        for (int i = 0; i < here.length; i++) {
            double left = (here[i] - before[i]) / h;
            double right = (after[i] - here[i]) / h;
            if (!(Math.abs(left - right) <= 1e-2 * Math.max(1, Math.abs(left)))) {
                return false;
            }
        }
        return true;
    }

    private static double[] at(UnaryOperator<Tensor> f, double[] z, double[] v, double h) {
        double[] moved = z.clone();
        Arrays.setAll(moved, i -> z[i] + h * v[i]);
        return MemoryScope.tidy(() -> f.apply(Tensors.of(moved)).toDoubleArray());
    }

    private static List<Tensor> unpack(RandomFunction f, Tensor packed) {
        var out = new ArrayList<Tensor>();
        long from = 0;
        for (HostArray a : f.inputs()) {
            out.add(packed.slice(0, from, from + a.size()).reshape(a.shape()));
            from += a.size();
        }
        return out;
    }

    /** The function and its gradient under vmap, on inputs that differ from element to element. */
    private static void checkBatch(RandomFunction f) {
        UnaryOperator<Tensor> value = packed -> f.apply(unpack(f, packed));
        UnaryOperator<Tensor> gradient =
                Grad.grad(packed -> value.apply(packed).sin().sum());
        double[][] rows = new double[BATCH][];
        for (int b = 0; b < BATCH; b++) {
            double shift = 0.01 * b;
            rows[b] = f.inputs().stream()
                    .flatMapToDouble(
                            a -> IntStream.range(0, a.size()).mapToDouble(i -> a.real(i) + shift * Math.cos(i)))
                    .toArray();
        }
        for (UnaryOperator<Tensor> g : List.of(value, gradient)) {
            double[] batched = Grad.vmap(g).apply(Tensors.of(rows)).toDoubleArray();
            double[] looped = Arrays.stream(rows)
                    .flatMapToDouble(
                            row -> Arrays.stream(g.apply(Tensors.of(row)).toDoubleArray()))
                    .toArray();
            close(g == value ? "vmap" : "vmap of the gradient", batched, looped);
        }
    }

    private static void close(String what, double[] actual, double[] expected) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            if (!(Math.abs(actual[i] - expected[i]) <= 1e-8 * Math.max(1, Math.abs(expected[i])))) {
                fail(what + ": element " + i + " is " + actual[i] + " instead of " + expected[i]);
            }
        }
    }

    private static double[] direction(int n, long seed) {
        var random = new SplittableRandom(seed);
        return random.doubles(n, -1, 1).toArray();
    }

    private static double dot(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
    }
}
