package org.gatun.tensor.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * A use of a public method on tensors.
 *
 * @param method the method, as {@code Class.method}
 * @param body the use
 * @param slots what the operands are like
 * @param differentiable whether the floating results carry derivatives
 * @param path for draws by rejection, where a sample goes as its parameters move; null for functions whose differences show the derivative
 * @param unbatched why the method does not run under {@code vmap}, empty where it does
 */
@SuppressWarnings("overloads") // the bodies differ in their number of arguments
public record CompositeSample(
        String method,
        Function<List<Tensor>, List<Tensor>> body,
        List<Slot> slots,
        boolean differentiable,
        @Nullable Path path,
        String unbatched) {
    /** Where a sample goes as its parameters move while the probability of being below it stays: a reference for pathwise derivatives. */
    @FunctionalInterface
    public interface Path {
        /**
         * A point of the path, by a slow search of a distribution function.
         *
         * @param start the parameters at which the sample was drawn
         * @param parameters those at which it is asked for
         */
        double[] at(double[] start, double[] parameters);
    }

    /** What an operand holds. */
    enum Content {
        /** Numbers anywhere but near 0. */
        ANY,
        /** Numbers from 0.3 to 2. */
        POSITIVE,
        /** Numbers from 0.1 to 0.9. */
        PROBABILITY,
        /** Rows along the last axis that are distributions: positive and of sum 1. */
        DISTRIBUTION,
        /** Numbers that are all different by a margin. */
        DISTINCT,
        /** I64 indices into an axis, from its start. */
        INDEX,
        /** I64 indices that are all different. */
        UNIQUE_INDEX,
        /** Truth values. */
        TRUTH,
        /** Matrices far from singular, see {@link OpCase.Role#MATRIX}. */
        MATRIX,
        /** Symmetric positive definite matrices, see {@link OpCase.Role#DEFINITE}. */
        DEFINITE;

        boolean isMatrices() {
            return this == MATRIX || this == DEFINITE;
        }
    }

    /**
     * An operand.
     *
     * @param shape its shape
     * @param content what it holds
     * @param bound for indices, the size of the axis
     */
    record Slot(Shape shape, Content content, long bound) {
        /** An array for this slot, floating ones of the given dtype. */
        HostArray fill(DType dtype, SplittableRandom random) {
            if (isNumbers() && !dtype.isFloating()) {
                return fillWholes(dtype, random);
            }
            long[] order = OperandValues.shuffled((int) Math.max(shape.elements(), bound), random);
            double row = shape.rank() == 0 ? 1 : shape.size(-1);
            return switch (content) {
                case ANY ->
                    HostArray.reals(dtype, shape, i -> random.nextDouble(0.3, 1.5) * (random.nextBoolean() ? 1 : -1));
                case POSITIVE -> HostArray.reals(dtype, shape, i -> random.nextDouble(0.3, 2));
                case PROBABILITY -> HostArray.reals(dtype, shape, i -> random.nextDouble(0.1, 0.9));
                case DISTRIBUTION -> HostArray.reals(dtype, shape, i -> (1 + 0.5 * (i % row - (row - 1) / 2)) / row);
                case DISTINCT ->
                    HostArray.reals(
                            dtype, shape, i -> 0.17 * (order[i] - 0.4 * order.length) + random.nextDouble(-0.03, 0.03));
                case INDEX -> HostArray.wholes(DType.I64, shape, i -> random.nextLong(bound));
                case UNIQUE_INDEX -> HostArray.wholes(DType.I64, shape, i -> order[i]);
                case TRUTH -> HostArray.wholes(DType.BOOL, shape, i -> random.nextInt(2));
                case MATRIX -> LinearAlgebraCases.matrices(dtype, shape, random);
                case DEFINITE -> LinearAlgebraCases.definiteMatrices(dtype, shape, random);
            };
        }

        private HostArray fillWholes(DType dtype, SplittableRandom random) {
            long[] order = OperandValues.shuffled((int) shape.elements(), random);
            boolean signed = dtype != DType.U8 && dtype != DType.BOOL;
            return HostArray.wholes(dtype, shape, i -> switch (content) {
                case ANY -> random.nextLong(1, 4) * (signed && random.nextBoolean() ? -1 : 1);
                case POSITIVE -> random.nextLong(1, 4);
                case PROBABILITY, DISTRIBUTION, TRUTH -> random.nextInt(2);
                case MATRIX -> bidiagonal(i, 1);
                // Truth values that are made symmetric by a sum, which is an "or", are definite on the diagonal only.
                case DEFINITE -> bidiagonal(i, dtype == DType.BOOL ? 0 : 1);
                case DISTINCT -> order[i];
                case INDEX, UNIQUE_INDEX -> random.nextLong(bound);
            });
        }

        /** An element of matrices of 1 on the diagonal and a number above it: regular, and definite when made symmetric. */
        private long bidiagonal(int i, long above) {
            long column = i % shape.size(-1);
            long row = i / shape.size(-1) % shape.size(-2);
            return column == row ? 1 : column == row + 1 ? above : 0;
        }

        /** Whether a layout can hold it: repeated rows would make a matrix singular. */
        boolean fits(LayoutVariant layout) {
            boolean repeats = IntStream.range(0, shape.rank()).anyMatch(a -> layout.repeats(a, shape));
            return isNumbers() && layout.applies(shape) && !(content.isMatrices() && repeats);
        }

        boolean isNumbers() {
            return switch (content) {
                case ANY, POSITIVE, PROBABILITY, DISTRIBUTION, DISTINCT, MATRIX, DEFINITE -> true;
                case INDEX, UNIQUE_INDEX, TRUTH -> false;
            };
        }
    }

    static Slot any(long... sizes) {
        return new Slot(Shape.of(sizes), Content.ANY, 0);
    }

    static Slot positive(long... sizes) {
        return new Slot(Shape.of(sizes), Content.POSITIVE, 0);
    }

    static Slot probability(long... sizes) {
        return new Slot(Shape.of(sizes), Content.PROBABILITY, 0);
    }

    static Slot distribution(long... sizes) {
        return new Slot(Shape.of(sizes), Content.DISTRIBUTION, 0);
    }

    static Slot distinct(long... sizes) {
        return new Slot(Shape.of(sizes), Content.DISTINCT, 0);
    }

    static Slot index(long bound, long... sizes) {
        return new Slot(Shape.of(sizes), Content.INDEX, bound);
    }

    static Slot uniqueIndex(long bound, long... sizes) {
        return new Slot(Shape.of(sizes), Content.UNIQUE_INDEX, bound);
    }

    static Slot matrix(long... sizes) {
        return new Slot(Shape.of(sizes), Content.MATRIX, 0);
    }

    static Slot definite(long... sizes) {
        return new Slot(Shape.of(sizes), Content.DEFINITE, 0);
    }

    static Slot truth(long... sizes) {
        return new Slot(Shape.of(sizes), Content.TRUTH, 0);
    }

    static CompositeSample of(String method, UnaryOperator<Tensor> body, Slot slot) {
        return new CompositeSample(method, in -> List.of(body.apply(in.get(0))), List.of(slot), true, null, "");
    }

    static CompositeSample of(String method, BinaryOperator<Tensor> body, Slot a, Slot b) {
        return new CompositeSample(
                method, in -> List.of(body.apply(in.get(0), in.get(1))), List.of(a, b), true, null, "");
    }

    static CompositeSample of(String method, Function<List<Tensor>, Tensor> body, Slot... slots) {
        return new CompositeSample(method, in -> List.of(body.apply(in)), List.of(slots), true, null, "");
    }

    static CompositeSample several(String method, Function<List<Tensor>, List<Tensor>> body, Slot... slots) {
        return new CompositeSample(method, body, List.of(slots), true, null, "");
    }

    /** This use of a method whose results do not depend smoothly on its operands. */
    CompositeSample withoutDerivative() {
        return new CompositeSample(method, body, slots, false, null, unbatched);
    }

    /** This use of a method that draws by rejection, where differences of a draw jump: its derivatives are those along a path. */
    CompositeSample withPath(Path reference) {
        return new CompositeSample(method, body, slots, differentiable, reference, unbatched);
    }

    /** This use of a method that reads its operands' values, and so can't run on a whole batch at once. */
    CompositeSample withoutBatching(String reason) {
        return new CompositeSample(method, body, slots, differentiable, path, reason);
    }

    /** Operands of the given dtype where they are numbers. */
    public List<HostArray> fill(DType dtype) {
        return fill(dtype, 0);
    }

    /** Operands as {@link #fill(DType)}, others for each number {@code variant}. */
    List<HostArray> fill(DType dtype, int variant) {
        // Of the text: an enum's hash differs from run to run.
        var random =
                new SplittableRandom(method.hashCode() * 31L + slots.toString().hashCode() + 7919L * variant);
        return slots.stream().map(s -> s.fill(dtype, random)).toList();
    }

    /** Each layout for the numbers among the operands, and different ones for each when there are several. */
    List<List<LayoutVariant>> layouts(List<LayoutVariant> variants) {
        var combinations = new ArrayList<List<LayoutVariant>>();
        for (int first = 0; first < variants.size(); first++) {
            for (int shift = 0; shift < 2; shift++) {
                var layouts = new ArrayList<LayoutVariant>();
                for (int k = 0; k < slots.size(); k++) {
                    LayoutVariant layout = variants.get((first + k * shift) % variants.size());
                    layouts.add(slots.get(k).fits(layout) ? layout : LayoutVariant.CONTIGUOUS);
                }
                if (!combinations.contains(layouts)) {
                    combinations.add(layouts);
                }
            }
        }
        return combinations;
    }

    @Override
    public String toString() {
        return method + " on " + slots.stream().map(s -> s.shape().toString()).toList();
    }
}
