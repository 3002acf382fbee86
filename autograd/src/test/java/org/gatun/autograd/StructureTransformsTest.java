package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.gatun.autograd.DeviceUnderTest.on;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Transforms over records, lists and maps, on f(a, b) = (a b + b^2, sin a) with the closed forms of its derivatives. */
@ExtendWith(NativeMemoryBalance.class)
class StructureTransformsTest {
    record Pair(Tensor a, Tensor b) {}

    record Mixed(Tensor x, Tensor index, String label) {}

    private static Tensor at(double... x) {
        return on(Tensors.of(x));
    }

    private static void close(Tensor t, double... expected) {
        double[] actual = t.toDoubleArray();
        assertThat(actual).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-13));
        }
    }

    private static final Function<Pair, Map<String, Tensor>> F = StructureTransformsTest::function;

    private static Map<String, Tensor> function(Pair p) {
        return Map.of("product", p.a().mul(p.b()).add(p.b().square()), "sine", p.a().sin());
    }

    private final Pair at = new Pair(at(0.5, -2), at(3, 4));

    @Test
    void forwardModeTakesAndGivesStructures() {
        JvpResult<Map<String, Tensor>> r = Grad.jvp(F, at, new Pair(at(1, 10), at(100, 1000)));
        close(r.value().get("product"), 0.5 * 3 + 9, -8 + 16);
        // a' b + (a + 2 b) b'
        close(r.tangent().get("product"), 3 + 6.5 * 100, 40 + 6 * 1000);
        close(r.tangent().get("sine"), Math.cos(0.5), 10 * Math.cos(-2));
    }

    @Test
    void reverseModeTakesAndGivesStructures() {
        try (var r = Grad.vjp(F, at)) {
            Pair g = r.pullback(Map.of("product", at(1, 10), "sine", at(100, 1000)));
            close(g.a(), 3 + 100 * Math.cos(0.5), 40 + 1000 * Math.cos(-2));
            close(g.b(), 6.5, 60);
            // Again, with other cotangents: nothing was used up.
            close(r.pullback(Map.of("product", at(0, 0), "sine", at(1, 1))).b(), 0, 0);
        }
    }

    @Test
    void integersPassThroughWithZerosAsDerivatives() {
        Mixed x = new Mixed(at(2, 3, 5), on(Tensors.of(new long[] {2, 0})), "picked");
        Function<Mixed, Mixed> f =
                m -> new Mixed(m.x().indexSelect(0, m.index()).square(), m.index(), m.label());
        JvpResult<Mixed> r = Grad.jvp(f, x, new Mixed(at(1, 1, 1), x.index(), ""));
        close(r.tangent().x(), 10, 4);
        assertThat(r.tangent().index().dtype()).isEqualTo(DType.I64);
        close(r.tangent().index(), 0, 0);
        assertThat(r.value().label()).isEqualTo("picked");
        try (var v = Grad.vjp(f, x)) {
            Mixed g = v.pullback(new Mixed(at(1, 1), x.index(), ""));
            close(g.x(), 4, 0, 10);
            close(g.index(), 0, 0);
        }
        Mixed j = Grad.jacobian((Mixed m) -> f.apply(m).x()).apply(x);
        close(j.x(), 0, 0, 10, 4, 0, 0);
        assertThat(j.index().shape()).hasToString("[2, 2]");
    }

    @Test
    void jacobiansByEachTensor() {
        Function<Pair, Tensor> f = p -> F.apply(p).get("product");
        for (Function<Pair, Pair> jacobian :
                List.of(Grad.jacobian(f), Grad.jacobianForward(f), Grad.jacobianReverse(f))) {
            Pair j = jacobian.apply(at);
            close(j.a(), 3, 0, 0, 4);
            close(j.b(), 6.5, 0, 0, 6);
            assertThat(j.a().shape()).hasToString("[2, 2]");
        }
        Function<Pair, Tensor> scalar = p -> f.apply(p).sum();
        assertThat(Grad.jacobian(scalar).apply(at).a().shape()).hasToString("[2]");
    }

    @Test
    void hessiansInBlocks() {
        // sum(a b^2): d2/da db = 2 b, d2/db db = 2 a
        Function<Pair, Tensor> f = p -> p.a().mul(p.b().square()).sum();
        List<Pair> h = Grad.hessian(f).apply(at);
        assertThat(h).hasSize(2);
        close(h.get(0).a(), 0, 0, 0, 0);
        close(h.get(0).b(), 6, 0, 0, 8);
        close(h.get(1).a(), 6, 0, 0, 8);
        close(h.get(1).b(), 1, 0, 0, -4);
        Pair v = new Pair(at(1, 1), at(1, 2));
        for (Pair hv : List.of(Grad.hvp(f, at, v), Grad.vhp(f, at, v))) {
            close(hv.a(), 6, 16);
            close(hv.b(), 6 + 1, 8 - 8);
        }
        close(Grad.vhp(x -> x.pow(3).sum(), at(2, 3), at(1, 10)), 12, 180);
    }

    @Test
    void emptyTensorsHaveEmptyMatrices() {
        Pair p = new Pair(on(Tensors.zeros(DType.F64, 0)), at(3, 4));
        Function<Pair, Tensor> f = q -> q.a().sum().add(q.b().square());
        for (Function<Pair, Pair> jacobian : List.of(Grad.jacobianForward(f), Grad.jacobianReverse(f))) {
            Pair j = jacobian.apply(p);
            assertThat(j.a().shape()).hasToString("[2, 0]");
            close(j.b(), 6, 0, 0, 8);
        }
        assertThat(Grad.hessian((Pair q) -> f.apply(q).sum())
                        .apply(p)
                        .get(0)
                        .b()
                        .shape())
                .hasToString("[0, 2]");
        assertThat(Grad.jacobianReverse(x -> x.slice(0, 0, 0)).apply(at(1, 2)).shape())
                .hasToString("[0, 2]");
    }

    @Test
    void largeJacobiansGoInParts() {
        long n = 700;
        Tensor x = on(Tensors.arange(DType.F64, 0, n, 1)).mul(0.01);
        double[] expected = new double[(int) (n * n)];
        for (int i = 0; i < n; i++) {
            expected[i * (int) n + i] = Math.cos(0.01 * i);
        }
        close(Grad.jacobianForward(Tensor::sin).apply(x), expected);
        close(Grad.jacobianReverse(Tensor::sin).apply(x), expected);
    }

    @Test
    void mapsAreMatchedByTheirKeysWhateverTheirOrder() {
        Map<String, Tensor> x = new LinkedHashMap<>();
        x.put("p", at(2));
        x.put("q", at(3));
        Map<String, Tensor> v = new LinkedHashMap<>();
        v.put("q", at(10));
        v.put("p", at(1));
        Function<Map<String, Tensor>, Tensor> f = m -> m.get("p").mul(m.get("q"));
        close(Grad.jvp(f, x, v).tangent(), 3 + 20);
        try (var r = Grad.vjp((Map<String, Tensor> m) -> m, x)) {
            close(r.pullback(v).get("p"), 1);
        }
    }

    // ---- errors ----

    @Test
    void structuresThatDisagree() {
        assertThatThrownBy(() -> Grad.jvp((List<Tensor> in) -> in.get(0), List.of(at(1)), List.of(at(1), at(2))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("jvp: the tangent is a list of 2 and must be one of 1 components");
        assertThatThrownBy(() -> Grad.jvp(F, at, new Pair(at(1, 1), at(1))))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("a tangent of F64[1] for an argument of F64[2]");
        try (var r = Grad.vjp(F, at)) {
            assertThatThrownBy(() -> r.pullback(Map.of("product", at(1, 1))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(
                            "pullback: the cotangent is a map [product] and must be a map with the keys [");
            assertThatThrownBy(() -> r.pullback(Map.of("product", at(1, 1), "sine", at(1))))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("the two must agree");
        }
    }

    @Test
    void functionsOfAndToIntegers() {
        Tensor i = on(Tensors.of(new long[] {1, 2}));
        assertThatThrownBy(() -> Grad.jvp((List<Tensor> in) -> in.get(0), List.of(i), List.of(i)))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("not for I64");
        assertThatThrownBy(() -> Grad.jvp(x -> x.to(DType.I64), at(1.5), at(1)))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("jvp: the function returns I64[1]");
        assertThatThrownBy(() -> Grad.vjp((List<Tensor> in) -> List.of(in.get(0).argmax()), List.of(at(1, 2))))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("vjp: the function returns I64[]");
        assertThatThrownBy(() -> Grad.vjp((List<Tensor> in) -> null, List.of(at(1, 2))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("vjp: the function returns null");
    }
}
