package org.gatun.autograd;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.gatun.autograd.RandomFunction.Step;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.ir.PoolSpec;
import org.jspecify.annotations.Nullable;

/** The operations that random functions are made of, with parameters drawn at random. */
final class RandomSteps {
    private static final Map<String, UnaryOperator<Tensor>> UNARY = new LinkedHashMap<>();
    private static final Map<String, BinaryOperator<Tensor>> BINARY = new LinkedHashMap<>();

    static {
        // Operands are any numbers: what is defined on fewer is applied to a number brought there first. All steps are
        // continuous: at a
        // jump, two results that are both rounded rightly may lie on different sides.
        UNARY.put("sin", Tensor::sin);
        UNARY.put("cos", Tensor::cos);
        UNARY.put("tanh", Tensor::tanh);
        UNARY.put("sigmoid", Tensor::sigmoid);
        UNARY.put("erf", Tensor::erf);
        UNARY.put("erfc", Tensor::erfc);
        UNARY.put("atan", Tensor::atan);
        UNARY.put("asinh", Tensor::asinh);
        UNARY.put("square", Tensor::square);
        UNARY.put("neg", Tensor::neg);
        UNARY.put("abs", Tensor::abs);
        UNARY.put("relu", Tensor::relu);
        UNARY.put("distance to the nearest integer", x -> x.sub(x.round()).abs());
        UNARY.put("pow 3", x -> x.pow(3));
        UNARY.put("exp of tanh", x -> x.tanh().exp());
        UNARY.put("expm1 of sin", x -> x.sin().expm1());
        UNARY.put("sinh of tanh", x -> x.tanh().sinh());
        UNARY.put("cosh of tanh", x -> x.tanh().cosh());
        UNARY.put("tan of tanh", x -> x.tanh().tan());
        UNARY.put("log of 1/2 + x^2", x -> x.square().add(0.5).log());
        UNARY.put("log2 of 1/2 + x^2", x -> x.square().add(0.5).log2());
        UNARY.put("log1p of x^2", x -> x.square().log1p());
        UNARY.put("sqrt of 1/2 + x^2", x -> x.square().add(0.5).sqrt());
        UNARY.put("rsqrt of 1/2 + x^2", x -> x.square().add(0.5).rsqrt());
        UNARY.put("reciprocal of 1/2 + x^2", x -> x.square().add(0.5).reciprocal());
        UNARY.put("acosh of 3/2 + x^2", x -> x.square().add(1.5).acosh());
        UNARY.put("asin of tanh / 2", x -> x.tanh().mul(0.5).asin());
        UNARY.put("acos of tanh / 2", x -> x.tanh().mul(0.5).acos());
        UNARY.put("atanh of tanh / 2", x -> x.tanh().mul(0.5).atanh());
        UNARY.put("gelu", Functional::gelu);
        UNARY.put("silu", Functional::silu);
        UNARY.put("mish", Functional::mish);
        UNARY.put("elu", Functional::elu);
        UNARY.put("logSigmoid", Functional::logSigmoid);
        UNARY.put("clamp", x -> x.clamp(-0.7, 0.9));
        UNARY.put("sum", x -> x.sum());
        UNARY.put("mean", x -> x.mean());
        UNARY.put("prod", x -> x.prod());
        UNARY.put("norm", Tensor::norm);
        UNARY.put("logsumexp", x -> x.logsumexp());
        UNARY.put("amax", x -> x.amax());
        UNARY.put("flatten", x -> x.flatten());
        UNARY.put("outer with itself", x -> x.flatten().outer(x.flatten()));

        BINARY.put("add", Tensor::add);
        BINARY.put("sub", Tensor::sub);
        BINARY.put("mul", Tensor::mul);
        BINARY.put("div by 1 + b^2", (a, b) -> a.div(b.square().add(1)));
        BINARY.put("pow of 1/2 + a^2 and tanh b", (a, b) -> a.square().add(0.5).pow(b.tanh()));
        BINARY.put("atan2 with 1 + b^2", (a, b) -> a.atan2(b.square().add(1)));
        BINARY.put("hypot with 1 + b^2", (a, b) -> a.hypot(b.square().add(1)));
        BINARY.put("maximum", Tensor::maximum);
        BINARY.put("minimum", Tensor::minimum);
        BINARY.put("where a > b", (a, b) -> Tensors.where(a.gt(b), a.sin(), b.sin()));
        BINARY.put("matmul", Tensor::matmul);
        BINARY.put("matmul with the transpose", (a, b) -> a.matmul(b.transpose(-2, -1)));
        BINARY.put("cat", (a, b) -> Tensors.cat(0, a, b));
        BINARY.put("stack", (a, b) -> Tensors.stack(-1, a, b));
        BINARY.put("linear", (a, b) -> Functional.linear(a, b, null));

        RandomBlocks.addTo(UNARY, BINARY);
        RandomElementwise.addTo(UNARY, BINARY);
        RandomLinearAlgebra.addTo(UNARY, BINARY);
        RandomWindows.addTo(UNARY, BINARY);
    }

    private RandomSteps() {}

    /** A step on some of the given values, or null when its operands do not fit it. */
    static @Nullable Step draw(SplittableRandom random, List<Tensor> values) {
        int a = random.nextInt(values.size());
        int b = random.nextInt(values.size());
        return switch (random.nextInt(4)) {
            case 0 -> unary(entry(UNARY, random), a);
            case 1 -> binary(entry(BINARY, random), a, b, values);
            default -> values.get(a).rank() == 0 ? null : alongAnAxis(random, a, values.get(a));
        };
    }

    private static Step alongAnAxis(SplittableRandom random, int a, Tensor x) {
        if (random.nextBoolean()) {
            RandomAxes.Drawn drawn = new RandomAxes(random, x).draw();
            return step(drawn.name(), a, drawn.body());
        }
        return alongAxes(random, a, x);
    }

    private static Step unary(Map.Entry<String, UnaryOperator<Tensor>> entry, int a) {
        return new Step(entry.getKey(), List.of(a), in -> entry.getValue().apply(in.get(0)));
    }

    private static @Nullable Step binary(
            Map.Entry<String, BinaryOperator<Tensor>> entry, int a, int b, List<Tensor> values) {
        try {
            var _ = entry.getValue().apply(values.get(a), values.get(b));
        } catch (IllegalArgumentException unfit) {
            return null;
        }
        return new Step(entry.getKey(), List.of(a, b), in -> entry.getValue().apply(in.get(0), in.get(1)));
    }

    private static <T> Map.Entry<String, T> entry(Map<String, T> table, SplittableRandom random) {
        return table.entrySet().stream()
                .skip(random.nextInt(table.size()))
                .findFirst()
                .orElseThrow();
    }

    private static Step alongAxes(SplittableRandom random, int a, Tensor x) {
        int axis = random.nextInt(x.rank());
        int other = random.nextInt(x.rank());
        long n = x.shape().size(axis);
        boolean flag = random.nextBoolean();
        long k = random.nextLong(n);
        long[] picks = random.longs(4, -n, n).toArray();
        return switch (random.nextInt(27)) {
            case 0 -> step("sum " + axis, a, t -> t.sum(flag, axis));
            case 1 -> step("mean " + axis, a, t -> t.mean(flag, axis));
            case 2 -> step("prod " + axis, a, t -> t.prod(flag, axis));
            case 3 -> step("amin " + axis, a, t -> t.amin(flag, axis));
            case 4 -> step("max " + axis, a, t -> t.max(flag, axis).values());
            case 5 -> step("var " + axis, a, t -> t.var(0, flag, axis));
            case 6 ->
                step(
                        "std of x + ramp " + axis,
                        a,
                        t -> t.add(ramp(n, t.rank() - 1 - axis)).std(0, flag, axis));
            case 7 -> step("norm 3 " + axis, a, t -> t.norm(3, flag, axis));
            case 8 -> step("logsumexp " + axis, a, t -> t.logsumexp(flag, axis));
            case 9 -> step("softmax " + axis, a, t -> t.softmax(axis));
            case 10 -> step("logSoftmax " + axis, a, t -> t.logSoftmax(axis));
            case 11 -> step("cumsum " + axis, a, t -> t.cumsum(axis));
            case 12 -> step("cumprod " + axis, a, t -> t.cumprod(axis));
            case 13 -> step("sort " + axis, a, t -> t.sort(axis, flag).values());
            case 14 -> step("topk " + axis, a, t -> t.topk(Math.max(1, k), axis).values());
            case 15 -> step("transpose " + axis + " " + other, a, t -> t.transpose(axis, other));
            case 16 -> step("flip " + axis, a, t -> t.flip(axis));
            case 17 -> step("slice from " + k, a, t -> t.slice(axis, k, n));
            case 18 -> step("select " + k, a, t -> t.select(axis, k));
            case 19 -> step("roll " + axis, a, t -> t.roll(k + 1, axis));
            case 20 -> step("unsqueeze " + axis, a, t -> t.unsqueeze(axis));
            case 21 -> step("indexSelect " + axis, a, t -> t.indexSelect(axis, Tensors.of(picks)));
            case 22 ->
                step(
                        "indexAdd " + axis,
                        a,
                        t -> t.indexAdd(axis, Tensors.of(k), t.slice(axis, 0, 1).sin()));
            case 23 -> step("unfold " + axis, a, t -> t.unfold(axis, Math.max(1, n - 1), 1));
            case 24 -> step("repeat", a, t -> t.unsqueeze(0).repeat(repeats(t.rank() + 1)));
            case 25 ->
                step(
                        "avgPool2d",
                        a,
                        t -> Functional.avgPool2d(
                                t.reshape(1, 1, 1, -1).pad(new long[] {0, 0, 0, 1}, new long[] {0, 0, 0, 1}, 0),
                                PoolSpec.of(1, 2)));
            default -> step("maskedFill", a, t -> t.maskedFill(t.gt(0.3), 0.3));
        };
    }

    /** 0, 1, ... along an axis that has {@code after} axes behind it. */
    private static Tensor ramp(long n, int after) {
        long[] shape = new long[after + 1];
        Arrays.fill(shape, 1);
        shape[0] = n;
        return Tensors.of(LongStream.range(0, n).mapToDouble(i -> i * 3.0).toArray())
                .reshape(shape);
    }

    private static long[] repeats(int rank) {
        long[] repeats = new long[rank];
        Arrays.fill(repeats, 1);
        repeats[0] = 2;
        return repeats;
    }

    private static Step step(String name, int a, UnaryOperator<Tensor> body) {
        return new Step(name, List.of(a), in -> body.apply(in.get(0)));
    }
}
