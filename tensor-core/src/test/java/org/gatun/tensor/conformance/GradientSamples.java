package org.gatun.tensor.conformance;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gatun.tensor.DType;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.conformance.OpCase.Operand;
import org.gatun.tensor.ir.Expr;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;

/**
 * Samples for checks of derivatives: every differentiable operation of the IR, with every function, in F64, over contiguous,
 * transposed, sliced, broadcast, empty and 0-d operands, at points where it is smooth.
 */
public final class GradientSamples {
    private static final int LARGEST = 64;

    private static final List<Shape> ELEMENTWISE = List.of(Shape.SCALAR, Shape.of(0), Shape.of(3), Shape.of(2, 3));

    private static final List<LayoutVariant> LAYOUTS = List.of(
            LayoutVariant.CONTIGUOUS,
            LayoutVariant.TRANSPOSED,
            LayoutVariant.STEPPED,
            LayoutVariant.FLIPPED,
            LayoutVariant.BROADCAST_FIRST,
            LayoutVariant.BROADCAST_LAST,
            LayoutVariant.BROADCAST_ALL);

    /** How the numbers of operands are chosen. */
    private enum Numbers {
        /** Anywhere but near 0. */
        ANY,
        /** All different by a margin, so that the order does not change. */
        DISTINCT,
        /** With a zero. */
        ONE_ZERO,
        /** With two zeros. */
        TWO_ZEROS
    }

    private GradientSamples() {}

    /** The samples of a kind of operation (see {@link OpCases#kinds}); none for operations without derivatives. */
    public static List<GradientSample> of(Op kind) {
        return switch (kind) {
            case Op.Unary op -> elementwise(op, 1, SmoothDomain.of(op.fn()));
            case Op.Binary op when !op.fn().isDifferentiableByFirst() -> bySecond(op);
            case Op.Binary op -> elementwise(op, 2, SmoothDomain.of(op.fn()));
            case Op.Select op -> select(op);
            case Op.Fused op -> regions();
            case Op.Cast op -> casts(op);
            case Op.Call op -> sweep(kind, Numbers.ANY);
            case Op.Prod op ->
                Stream.of(Numbers.ANY, Numbers.ONE_ZERO, Numbers.TWO_ZEROS)
                        .flatMap(n -> sweep(kind, n).stream())
                        .toList();
            case Op.CumProd op ->
                Stream.of(Numbers.ANY, Numbers.ONE_ZERO, Numbers.TWO_ZEROS)
                        .flatMap(n -> sweep(kind, n).stream())
                        .toList();
            case Op.Extremum op -> sweep(kind, Numbers.DISTINCT);
            case Op.Sort op -> sweep(kind, Numbers.DISTINCT);
            case Op.TopK op -> sweep(kind, Numbers.DISTINCT);
            case Op.MaxPool2d op -> sweep(kind, Numbers.DISTINCT);
            case Op.Concat op -> sweep(kind, Numbers.ANY);
            case Op.Scatter op -> sweep(kind, Numbers.ANY);
            case Op.Multilinear op -> sweep(kind, Numbers.ANY);
            case Op.LinearAlgebra op -> LinearAlgebraCases.gradients(op);
            case Op.NonDifferentiable op -> List.of();
        };
    }

    // ---- elementwise ----

    private static List<GradientSample> elementwise(Op op, int arity, SmoothDomain domain) {
        var samples = new ArrayList<GradientSample>();
        for (Shape shape : ELEMENTWISE) {
            List<Operand> operands = Collections.nCopies(arity, Operand.value(shape));
            for (List<LayoutVariant> layouts : combinations(operands)) {
                samples.add(sample(op, smooth(operands, layouts, domain), layouts));
            }
        }
        return samples;
    }

    /** By the second operand, while the first is a number. */
    private static List<GradientSample> bySecond(Op.Binary op) {
        SmoothDomain domain = SmoothDomain.of(op.fn());
        var samples = new ArrayList<GradientSample>();
        for (Shape shape : ELEMENTWISE) {
            List<Operand> operands = List.of(Operand.value(shape));
            for (List<LayoutVariant> layouts : combinations(operands)) {
                for (double first : new double[] {domain.low(), domain.high()}) {
                    samples.add(GradientSample.of(
                            op + " of " + first + " on " + shape + " " + layouts,
                            in -> List.of(Dispatch.bindAll(op, in.get(0).fullLike(first), in.get(0))),
                            smooth(operands, layouts, domain),
                            layouts));
                }
            }
        }
        return samples;
    }

    private static List<GradientSample> select(Op op) {
        var samples = new ArrayList<GradientSample>();
        for (Shape shape : ELEMENTWISE) {
            List<Operand> operands = List.of(Operand.of(DType.BOOL, shape), Operand.value(shape), Operand.value(shape));
            for (List<LayoutVariant> layouts : combinations(operands)) {
                samples.add(sample(op, numbers(op, operands, Numbers.ANY, samples.size()), layouts));
            }
        }
        return samples;
    }

    /**
     * Conversions between floating dtypes are linear, so a large step does no harm, and rounding to F32 no longer shows. That to BF16 and
     * F16 does at any step: their derivatives have a test of their own.
     */
    private static List<GradientSample> casts(Op.Cast op) {
        if (!op.to().isFloating() || op.to().isNarrow()) {
            return List.of();
        }
        return elementwise(op, 1, new SmoothDomain(-2, 2, (a, b) -> true)).stream()
                .map(s -> s.withStep(op.to() == DType.F32 ? 0.5 : GradientSample.STEP))
                .toList();
    }

    private static List<GradientSample> regions() {
        var samples = new ArrayList<GradientSample>();
        Elementwise.Region smooth = Elementwise.region(
                (a, b) -> a.mul(b).tanh().add(a.div(b.square().add(1))));
        Elementwise.Region choice =
                Elementwise.region((a, b) -> a.gt(b).where(a.square(), b.mul(a).sin()));
        Elementwise.Region unused = Elementwise.region((a, b) -> a.exp());
        Elementwise.Region several = Elementwise.region(2, in -> {
            Tensor product = in.get(0).mul(in.get(1));
            return List.of(
                    product.sigmoid(),
                    in.get(0),
                    product.gt(0),
                    product.square().sub(in.get(1)));
        });
        SmoothDomain domain = new SmoothDomain(-2, 2, (a, b) -> Math.abs(a - b) > 0.08 && Math.abs(a * b) > 0.08);
        List<Elementwise.Region> all = List.of(smooth, choice, unused, several);
        for (int r = 0; r < all.size(); r++) {
            Elementwise.Region region = all.get(r);
            for (Shape shape : ELEMENTWISE) {
                List<Operand> operands = List.of(Operand.value(shape), Operand.value(shape));
                for (List<LayoutVariant> layouts : combinations(operands)) {
                    samples.add(GradientSample.of(
                            "region " + r + " on " + shape + " " + layouts,
                            in -> List.of(region.applyAll(in.toArray(Tensor[]::new))),
                            smooth(operands, layouts, domain),
                            layouts));
                }
            }
        }
        for (Op kind : OpCases.kinds()) {
            switch (kind) {
                case Op.Unary op -> samples.add(region(op, 1, SmoothDomain.of(op.fn())));
                case Op.Binary op when !op.fn().isDifferentiableByFirst() -> {}
                case Op.Binary op -> samples.add(region(op, 2, SmoothDomain.of(op.fn())));
                case Op.Diagonal other -> {}
                case Op.Multilinear other -> {}
                case Op.Irregular other -> {}
                case Op.LinearAlgebra other -> {}
                case Op.NonDifferentiable other -> {}
                case Op.Call other -> {}
            }
        }
        return samples;
    }

    /** A region of a single node. */
    private static GradientSample region(Op.Scalar op, int arity, SmoothDomain domain) {
        Expr expr = new Expr(
                Collections.nCopies(arity, DType.F64),
                List.of(new Expr.Apply(op, 0, arity - 1 == 0 ? -1 : 1, -1, DType.F64)),
                List.of(arity));
        List<Operand> operands = Collections.nCopies(arity, Operand.value(3));
        List<LayoutVariant> layouts = Collections.nCopies(arity, LayoutVariant.CONTIGUOUS);
        return sample(new Op.Fused(expr), smooth(operands, layouts, domain), layouts);
    }

    /** Numbers at which the function is smooth for every pair of elements that meet in the given layouts. */
    private static List<HostArray> smooth(List<Operand> operands, List<LayoutVariant> layouts, SmoothDomain domain) {
        var random = new SplittableRandom(
                operands.toString().hashCode() * 31L + layouts.toString().hashCode());
        while (true) {
            var arrays = new ArrayList<HostArray>();
            for (int k = 0; k < operands.size(); k++) {
                arrays.add(layouts.get(k)
                        .adapt(HostArray.reals(
                                DType.F64,
                                operands.get(k).shape(),
                                i -> random.nextDouble(domain.low(), domain.high()))));
            }
            HostArray a = arrays.get(0);
            HostArray b = arrays.get(arrays.size() - 1);
            if (IntStream.range(0, a.size()).allMatch(i -> domain.smooth().at(a.real(i), b.real(i)))) {
                return arrays;
            }
        }
    }

    // ---- other operations ----

    private static List<GradientSample> sweep(Op kind, Numbers numbers) {
        var samples = new ArrayList<GradientSample>();
        for (OpCase c : OpCases.cases(kind, DType.F64)) {
            long total =
                    c.operands().stream().mapToLong(o -> o.shape().elements()).sum();
            if (total <= LARGEST) {
                for (List<LayoutVariant> layouts : combinations(c.operands())) {
                    samples.add(sample(c.op(), numbers(c.op(), c.operands(), numbers, samples.size()), layouts));
                }
            }
        }
        return samples;
    }

    private static List<HostArray> numbers(Op op, List<Operand> operands, Numbers numbers, int seed) {
        OpCase c = new OpCase(op, operands);
        List<HostArray> arrays = OperandValues.fill(c, DType.F64, OperandValues.Flavour.ORDINARY, seed);
        var random = new SplittableRandom(seed);
        return arrays.stream()
                .map(array -> array.dtype().isFloating() ? numbers(array.shape(), numbers, random) : array)
                .toList();
    }

    private static HostArray numbers(Shape shape, Numbers numbers, SplittableRandom random) {
        long[] order = OperandValues.shuffled((int) shape.elements(), random);
        return HostArray.reals(DType.F64, shape, i -> {
            double any = random.nextDouble(0.3, 1.5) * (random.nextBoolean() ? 1 : -1);
            return switch (numbers) {
                case ANY -> any;
                case DISTINCT -> 0.17 * (order[i] - 0.4 * order.length) + random.nextDouble(-0.03, 0.03);
                case ONE_ZERO -> i == 0 ? 0 : any;
                case TWO_ZEROS -> i <= 1 ? 0 : any;
            };
        });
    }

    private static GradientSample sample(Op op, List<HostArray> operands, List<LayoutVariant> layouts) {
        Function<List<Tensor>, List<Tensor>> body = in -> List.of(Dispatch.bindAll(op, in.toArray(Tensor[]::new)));
        List<Shape> shapes = operands.stream().map(HostArray::shape).toList();
        return GradientSample.of(op + " on " + shapes + " " + layouts, body, operands, layouts);
    }

    /** For each layout: all operands in it, and for several operands the next layouts for the others. */
    private static List<List<LayoutVariant>> combinations(List<Operand> operands) {
        var combinations = new ArrayList<List<LayoutVariant>>();
        for (int first = 0; first < LAYOUTS.size(); first++) {
            for (int shift = 0; shift < (operands.size() > 1 ? 2 : 1); shift++) {
                var layouts = new ArrayList<LayoutVariant>();
                for (int k = 0; k < operands.size(); k++) {
                    LayoutVariant layout = LAYOUTS.get((first + k * shift * 2) % LAYOUTS.size());
                    boolean index = operands.get(k).role() != OpCase.Role.VALUE;
                    layouts.add(layout.applies(operands.get(k).shape()) && !index ? layout : LayoutVariant.CONTIGUOUS);
                }
                if (!combinations.contains(layouts)) {
                    combinations.add(layouts);
                }
            }
        }
        return combinations;
    }
}
