package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The same mistakes made with every transform: the message names that transform, what is wrong and the remedy. */
@ExtendWith(NativeMemoryBalance.class)
@SuppressWarnings("NullAway") // nulls are among the mistakes
class TransformErrorsTest {
    /** A transform of a function of one tensor, and of one of a list, applied at x. */
    private record Transform(String name, OfTensor ofTensor, OfList ofList) {}

    private interface OfTensor {
        @Nullable
        Object apply(@Nullable UnaryOperator<Tensor> f, Tensor x);
    }

    private interface OfList {
        @Nullable
        Object apply(@Nullable Function<List<Tensor>, Tensor> f, List<Tensor> x);
    }

    private static final List<Transform> SCALAR = List.of(
            new Transform(
                    "grad",
                    (f, x) -> Grad.grad(f).apply(x),
                    (f, x) -> Grad.grad(f).apply(x)),
            new Transform(
                    "valueAndGrad",
                    (f, x) -> Grad.valueAndGrad(f).apply(x),
                    (f, x) -> Grad.valueAndGrad(f).apply(x)),
            new Transform(
                    "hessian",
                    (f, x) -> Grad.hessian(f).apply(x),
                    (f, x) -> Grad.hessian(f).apply(x)),
            new Transform("hvp", (f, x) -> Grad.hvp(f, x, x), (f, x) -> Grad.hvp(f, x, x)),
            new Transform("vhp", (f, x) -> Grad.vhp(f, x, x), (f, x) -> Grad.vhp(f, x, x)));

    private static final List<Transform> ANY = List.of(
            new Transform("vjp", (f, x) -> Grad.vjp(f, x), (f, x) -> Grad.vjp(f, x)),
            new Transform("jvp", (f, x) -> Grad.jvp(f, x, x), (f, x) -> Grad.jvp(f, x, x)),
            new Transform(
                    "pushforward",
                    (f, x) -> Grad.pushforward(f, x).apply(x),
                    (f, x) -> Grad.pushforward(f == null ? null : z -> f.apply(List.of(z)), x.get(0))
                            .apply(x.get(0))),
            new Transform(
                    "jacobian",
                    (f, x) -> Grad.jacobian(f).apply(x),
                    (f, x) -> Grad.jacobian(f).apply(x)),
            new Transform(
                    "jacobianForward",
                    (f, x) -> Grad.jacobianForward(f).apply(x),
                    (f, x) -> Grad.jacobianForward(f).apply(x)),
            new Transform(
                    "jacobianReverse",
                    (f, x) -> Grad.jacobianReverse(f).apply(x),
                    (f, x) -> Grad.jacobianReverse(f).apply(x)),
            new Transform("linearize", (f, x) -> Grad.linearize(f, x), (f, x) -> Grad.linearize(f, x)),
            new Transform("transpose", (f, x) -> Grad.transpose(f, x), (f, x) -> Grad.transpose(f, x)));

    private static final List<Transform> OTHER = List.of(
            new Transform(
                    "vmap",
                    (f, x) -> Grad.vmap(f).apply(x),
                    (f, x) -> Grad.vmap(f).apply(x)),
            new Transform(
                    "checkpoint",
                    (f, x) -> Grad.checkpoint(f).apply(x),
                    (f, x) -> Grad.checkpoint(f).apply(x)));

    private static final List<Transform> DIFFERENTIATING =
            Stream.of(SCALAR, ANY).flatMap(List::stream).toList();

    private static final List<Transform> ALL =
            Stream.of(DIFFERENTIATING, OTHER).flatMap(List::stream).toList();

    private static Tensor at(double... x) {
        return Tensors.of(x);
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> refused(
            String name, String what, ThrowingCallable mistake) {
        return assertThatThrownBy(mistake).as(name + ", " + what).hasMessageStartingWith(name + ": ");
    }

    @Test
    void aFunctionThatIsNull() {
        for (Transform t : ALL) {
            refused(t.name, "null", () -> t.ofTensor.apply(null, at(1, 2)))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessageContaining("the function is null: give ");
            refused(t.name, "null of a list", () -> t.ofList.apply(null, List.of(at(1, 2))))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessageContaining("the function is null: give ");
        }
        // At once, not where the function that is returned is applied.
        UnaryOperator<Tensor> none = null;
        BinaryOperator<Tensor> noPair = null;
        Map<String, ThrowingCallable> early = new LinkedHashMap<>();
        early.put("vmap", () -> Grad.vmap(noPair));
        early.put("customJvp", () -> Grad.customJvp(none, (x, y, t) -> t));
        early.put("customVjp", () -> Grad.customVjp(none, (x, y, g) -> g));
        early.put("hook", () -> Grad.hook(at(1), none));
        early.put("checkpoint", () -> Grad.checkpoint(none));
        early.put("pushforward", () -> Grad.pushforward(none, at(1)));
        early.forEach(
                (name, mistake) -> refused(name, "null", mistake).hasMessageContaining("the function is null: give "));
        refused("customJvp", "no rule", () -> Grad.customJvp(x -> x, null)).hasMessageContaining("is null: give ");
        refused("customVjp", "no rule", () -> Grad.customVjp(x -> x, null)).hasMessageContaining("is null: give ");
    }

    @Test
    void aFunctionThatReturnsNull() {
        for (Transform t : ALL) {
            refused(t.name, "null result", () -> t.ofTensor.apply(x -> null, at(1, 2)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the function returns null: return ");
            refused(t.name, "null result", () -> t.ofList.apply(x -> null, List.of(at(1, 2))))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the function returns null: return ");
        }
        refused(
                        "checkpoint",
                        "null result on a tape",
                        () -> Grad.grad((Tensor x) -> Grad.checkpoint((Tensor z) -> (Tensor) null)
                                        .apply(x))
                                .apply(at(1)))
                .hasMessageContaining("the function returns null: return ");
    }

    @Test
    void aFunctionOfSeveralResultsWhereOneIsNeeded() {
        for (Transform t : SCALAR) {
            refused(t.name, "two results", () -> t.ofTensor.apply(x -> x.mul(2), at(1, 2)))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("the function returns shape [2] with 2 elements and must return one: reduce");
            refused(t.name, "no results", () -> t.ofList.apply(x -> x.get(0).slice(0, 0, 0), List.of(at(1, 2), at(3))))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("the function returns shape [0] with 0 elements and must return one: reduce");
        }
    }

    @Test
    void integers() {
        Tensor i = Tensors.of(new long[] {1, 2});
        for (Transform t : DIFFERENTIATING) {
            refused(
                            t.name,
                            "an integer argument",
                            () -> t.ofTensor.apply(x -> x.to(DType.F64).sum(), i))
                    .isInstanceOf(DTypeException.class)
                    .hasMessageContaining("to(DType.F32)");
            refused(
                            t.name,
                            "an integer argument",
                            () -> t.ofList.apply(x -> x.get(0).to(DType.F64).sum(), List.of(i)))
                    .isInstanceOf(DTypeException.class)
                    .hasMessageContaining("to(DType.F32)");
        }
        for (Transform t : DIFFERENTIATING) {
            if (!t.name.equals("transpose")) { // which refuses the conversion itself
                refused(
                                t.name,
                                "an integer result",
                                () -> t.ofTensor.apply(x -> x.sum().to(DType.I64), at(1, 2)))
                        .isInstanceOf(DTypeException.class)
                        .hasMessageContaining("the function returns I64[]");
            }
        }
    }

    @Test
    void directionsOfAnotherShapeOrDtype() {
        Tensor x = at(1, 2);
        UnaryOperator<Tensor> f = z -> z.square().sum();
        Function<List<Tensor>, Tensor> g = z -> z.get(0).square().sum();
        Map<String, Function<Tensor, Object>> transforms = new LinkedHashMap<>();
        transforms.put("jvp", v -> Grad.jvp(f, x, v));
        transforms.put("pushforward", v -> Grad.pushforward(f, v).apply(x));
        transforms.put("hvp", v -> Grad.hvp(f, x, v));
        transforms.put("vhp", v -> Grad.vhp(f, x, v));
        transforms.forEach((name, t) -> {
            refused(name, "wrong shape", () -> t.apply(at(1, 2, 3)))
                    .hasMessageContaining("a tangent of F64[3] for an argument of F64[2]: the two must agree");
            refused(name, "wrong dtype", () -> t.apply(Tensors.of(1f, 2f)))
                    .hasMessageContaining("a tangent of F32[2] for an argument of F64[2]: the two must agree");
            refused(name, "null", () -> t.apply(null))
                    .hasMessageContaining("the tangent is a null and must be a tensor");
        });
        Map<String, Function<List<Tensor>, Object>> ofLists = new LinkedHashMap<>();
        ofLists.put("jvp", v -> Grad.jvp(g, List.of(x, x), v));
        ofLists.put("hvp", v -> Grad.hvp(g, List.of(x, x), v));
        ofLists.put("vhp", v -> Grad.vhp(g, List.of(x, x), v));
        ofLists.forEach((name, t) -> {
            refused(name, "too many", () -> t.apply(List.of(x, x, x)))
                    .hasMessageContaining("the tangent is a list of 3 and must be one of 2 components");
            refused(name, "wrong shape", () -> t.apply(List.of(x, at(1))))
                    .hasMessageContaining("a tangent of F64[1] for an argument of F64[2] (tensor 1 of its structure)");
        });
        try (var linear = Grad.linearize(f, x)) {
            refused("pushforward", "wrong shape", () -> linear.pushforward(at(1)))
                    .hasMessageContaining("a tangent of F64[1] for an argument of F64[2]: the two must agree");
        }
    }

    @Test
    void cotangentsOfAnotherShapeOrDtype() {
        Tensor x = at(1, 2);
        try (var back = Grad.vjp((Tensor z) -> z.square(), x)) {
            refused("pullback", "wrong shape", () -> back.pullback(at(1)))
                    .hasMessageContaining("a cotangent of F64[1] for a value of F64[2]: the two must agree");
            refused("pullback", "null", () -> back.pullback(null))
                    .hasMessageContaining("the cotangent is a null and must be a tensor");
        }
        UnaryOperator<Tensor> t = Grad.transpose((Tensor z) -> z.mul(2), x);
        refused("transpose", "wrong shape", () -> t.apply(at(1)))
                .hasMessageContaining("a cotangent of F64[1] for a value of F64[2]: the two must agree");
        refused("transpose", "wrong dtype", () -> t.apply(Tensors.of(1f, 2f)))
                .hasMessageContaining("a cotangent of F32[2] for a value of F64[2]: the two must agree");
        Function<Map<String, Tensor>, Map<String, Tensor>> m = z -> Map.of("u", z.get("x"));
        refused(
                        "transpose",
                        "other keys",
                        () -> Grad.transpose(m, Map.of("x", x)).apply(Map.of("v", x)))
                .hasMessageContaining("the cotangent is a map [v] and must be a map with the keys [u]");
    }

    @Test
    void recordsAndMapsOfAnotherForm() {
        record Pair(Tensor a, @Nullable Tensor b) {}
        Function<Pair, Tensor> f = p -> p.a().square().sum();
        Pair at = new Pair(at(1, 2), at(3));
        Pair half = new Pair(at(1, 2), null);
        Map<String, ThrowingCallable> mistakes = new LinkedHashMap<>();
        mistakes.put("jvp", () -> Grad.jvp(f, at, half));
        mistakes.put("hvp", () -> Grad.hvp(f, at, half));
        mistakes.put("vhp", () -> Grad.vhp(f, at, half));
        mistakes.forEach((name, mistake) -> refused(name, "a hole", mistake)
                .hasMessageContaining("the tangent at [1] is a null and must be a tensor"));
        Function<Map<String, Tensor>, Tensor> g = m -> m.get("x").sum();
        Map<String, ThrowingCallable> keys = new LinkedHashMap<>();
        keys.put("jvp", () -> Grad.jvp(g, Map.of("x", at(1)), Map.of("y", at(1))));
        keys.put("hvp", () -> Grad.hvp(g, Map.of("x", at(1)), Map.of("y", at(1))));
        keys.put("vhp", () -> Grad.vhp(g, Map.of("x", at(1)), Map.of("y", at(1))));
        keys.forEach((name, mistake) -> refused(name, "other keys", mistake)
                .hasMessageContaining("the tangent is a map [y] and must be a map with the keys [x]"));
    }

    @Test
    void argumentsThatAreNullOrClosed() {
        for (Transform t : DIFFERENTIATING) {
            refused(t.name, "a null argument", () -> t.ofTensor.apply(x -> x.sum(), null));
        }
        for (Transform t : ALL) {
            if (t.name.equals("transpose")) { // which reads the type alone
                continue;
            }
            Tensor closed = at(1, 2);
            closed.close();
            assertThatThrownBy(() -> t.ofTensor.apply(x -> x.sum(), closed))
                    .as(t.name)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
    }

    @Test
    void argumentsThatAreNull() {
        for (Transform t : DIFFERENTIATING) {
            refused(
                            t.name,
                            "null argument",
                            () -> t.ofTensor.apply(x -> x.square().sum(), null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessageContaining(": the argument is null: give a tensor");
        }
    }
}
