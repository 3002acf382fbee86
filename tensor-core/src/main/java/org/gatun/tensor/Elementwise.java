package org.gatun.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.gatun.tensor.composite.RegionSums;
import org.gatun.tensor.ir.Expr;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.gatun.tensor.trace.RegionTrace;

/**
 * Elementwise regions: functions of tensors that run in one pass over memory however many operations they are made of. The body
 * is an ordinary function in elementwise methods; it is traced once for each combination of dtypes. Regions differentiate like
 * any operation. Keep a region in a static field, so that it is traced once.
 *
 * <pre>{@code
 * static final Region SWISH = Elementwise.region(x -> x.mul(x.sigmoid()));
 * Tensor y = SWISH.apply(x);
 * }</pre>
 */
public final class Elementwise {
    private Elementwise() {}

    /** A region of one argument. */
    public static Region region(UnaryOperator<Tensor> body) {
        requireBody(body);
        return new Region(1, in -> List.of(body.apply(in.get(0))));
    }

    /** A region of two arguments. */
    public static Region region(BinaryOperator<Tensor> body) {
        requireBody(body);
        return new Region(2, in -> List.of(body.apply(in.get(0), in.get(1))));
    }

    /** A region of three arguments. */
    public static Region region(Ternary body) {
        requireBody(body);
        return new Region(3, in -> List.of(body.apply(in.get(0), in.get(1), in.get(2))));
    }

    /**
     * A region of any number of arguments, 1 or more, and results.
     *
     * @throws IllegalArgumentException when the number of arguments is less than 1
     */
    public static Region region(int arguments, Function<List<Tensor>, List<Tensor>> body) {
        requireBody(body);
        return new Region(arguments, body);
    }

    private static void requireBody(Object body) {
        Objects.requireNonNull(body, "region: the function is null: give what a region shall compute");
    }

    /** A function of three tensors. */
    @FunctionalInterface
    public interface Ternary {
        /** The result for the three arguments. */
        Tensor apply(Tensor a, Tensor b, Tensor c);
    }

    /** A region: a function that runs in one pass. Thread-safe. */
    public static final class Region {
        private final int arguments;
        private final Function<List<Tensor>, List<Tensor>> body;
        private final ConcurrentHashMap<List<DType>, Op.Fused> traced = new ConcurrentHashMap<>();
        private final ConcurrentHashMap<Types, Op.Fused> wide = new ConcurrentHashMap<>();

        private Region(int arguments, Function<List<Tensor>, List<Tensor>> body) {
            if (arguments < 1) {
                throw new IllegalArgumentException(
                        "region: " + arguments + " arguments: give at least one, whose shape is that of the results");
            }
            this.arguments = arguments;
            this.body = body;
        }

        /** The program for arguments of the given dtypes. */
        public Expr expr(DType... dtypes) {
            return op(Arrays.asList(dtypes)).expr();
        }

        private Op.Fused op(List<DType> dtypes) {
            Op.Fused known = traced.get(dtypes);
            if (known == null) {
                known = new Op.Fused(RegionTrace.trace(dtypes, body));
                traced.put(List.copyOf(dtypes), known);
            }
            return known;
        }

        /**
         * The first result for the given arguments, which broadcast to one shape. An argument without axes takes the dtype of
         * those of its kind that have some, as outside a region.
         *
         * @throws ShapeException when the arguments do not broadcast
         */
        public Tensor apply(Tensor... inputs) {
            return applyAll(inputs)[0];
        }

        /** All results for the given arguments, as {@link #apply}. */
        public Tensor[] applyAll(Tensor... inputs) {
            return applyAs(dtypes(inputs), inputs);
        }

        /** All results for the given arguments, converted to the given dtypes. */
        Tensor[] applyAs(DType[] dtypes, Tensor... inputs) {
            Op.Fused op = op(Arrays.asList(dtypes));
            Shape shape = inputs[0].shape();
            for (int i = 1; i < inputs.length; i++) {
                shape = Broadcasting.common("region", shape, inputs[i].shape());
            }
            Tensor[] operands = new Tensor[inputs.length];
            for (int i = 0; i < inputs.length; i++) {
                operands[i] = Arithmetic.expand(Arithmetic.cast(inputs[i], dtypes[i]), shape);
            }
            return Dispatch.bindAll(op, operands);
        }

        /**
         * Runs the region on concrete tensors and writes its results into existing ones, in place where a result is one of the
         * arguments. Nothing is recorded. The arguments broadcast to the shape of the results.
         *
         * @throws IllegalArgumentException when there are more or fewer results than the region gives
         * @throws IllegalStateException when a tape or another interpreter follows a tensor
         * @throws ShapeException when a result has another shape
         * @throws DTypeException when a result has another dtype than the region gives
         */
        public void applyInto(List<Tensor> inputs, List<Tensor> results) {
            DType[] dtypes = dtypes(inputs.toArray(Tensor[]::new));
            Op.Fused op = op(Arrays.asList(dtypes));
            InPlace.region(op, inputs, dtypes, results);
        }

        /**
         * Runs the region on many lists of concrete tensors and writes into existing ones, as {@code torch._foreach_} functions and PyTorch's
         * fused optimizers do: on a GPU in one launch for all lists of the same dtypes that lie row by row, one by one otherwise. The
         * result is that of one list after the other, in order. Nothing is recorded, and all checks come before the first change.
         *
         * <p>Unlike in {@link #applyInto} no argument takes the dtype of another. Arguments of BF16 and F16 are computed with in F32, and
         * results for such tensors rounded once.
         *
         * <pre>{@code
         * static final Region SCALED = Elementwise.region((x, factor) -> x.mul(factor));
         * SCALED.applyEachInto(List.of(List.of(a), List.of(b)), List.of(factor), List.of(List.of(a), List.of(b)));
         * }</pre>
         *
         * @param inputs for each list the arguments that are its own, which are the first ones; they broadcast to the shape of its results
         * @param shared the further arguments, the same for all lists, such as numbers without axes; they broadcast likewise. Those on the host
         *     with a single number go along with lists on a GPU
         * @param results for each list the tensors to write into, in place where one is an argument
         * @throws IllegalArgumentException when there are not as many lists of results as of operands, or in one of them more or fewer arguments
         *     than the region takes or results than it gives
         * @throws IllegalStateException when a tape or another interpreter follows a tensor
         * @throws ShapeException when a result has another shape than the others of its list
         * @throws DTypeException when a result has another dtype than the region gives
         * @throws DeviceException when tensors of one list lie on different devices
         */
        public void applyEachInto(List<List<Tensor>> inputs, List<Tensor> shared, List<List<Tensor>> results) {
            ForEach.into(this::widened, inputs, shared, results);
        }

        /**
         * The sums of the result over all elements, one for each of many lists: on a GPU, for results of F32 and F64, in two launches for
         * all of them. Arguments of BF16 and F16 are computed with in F32, as in {@link #applyEachInto}.
         *
         * <pre>{@code
         * static final Region SQUARE = Elementwise.region(x -> x.square());
         * Tensor squares = SQUARE.sumEach(List.of(List.of(a), List.of(b)), List.of()); // the squares of two norms
         * }</pre>
         *
         * @param inputs for each list, one at least, the arguments that are its own, which are the first ones; those of a list broadcast to one shape
         * @param shared the further arguments, the same for all lists
         * @return the sums along one axis, of the dtype that the sum of the result has
         * @throws IllegalArgumentException when there is no list, the region gives more than one result, or there are more or fewer arguments than it takes
         * @throws DTypeException when the lists are of different dtypes
         * @throws DeviceException when they lie on different devices
         * @throws ShapeException when the arguments of a list do not broadcast
         */
        public Tensor sumEach(List<List<Tensor>> inputs, List<Tensor> shared) {
            if (inputs.isEmpty()) {
                throw new IllegalArgumentException("sumEach: there is no list of operands: give at least one");
            }
            var operands = new ArrayList<Tensor>();
            List<DType> first = List.of();
            for (List<Tensor> own : inputs) {
                List<DType> dtypes = Stream.concat(own.stream(), shared.stream())
                        .map(Tensor::dtype)
                        .toList();
                requireArguments(dtypes.size());
                first = operands.isEmpty() ? dtypes : first;
                if (!dtypes.equals(first)) {
                    throw new DTypeException("sumEach: lists of operands of " + first + " and of " + dtypes
                            + ": call it once for those of each dtype");
                }
                operands.addAll(own);
            }
            Op.Fused op = widened(first, List.of());
            if (op.expr().outputs().size() != 1) {
                throw new IllegalArgumentException("sumEach: the region gives "
                        + op.expr().outputs().size() + " results and must give one, which is summed");
            }
            operands.addAll(shared);
            int own = inputs.get(0).size();
            return Dispatch.bind(new Op.Call(new RegionSums(op, own, inputs.size())), operands.toArray(Tensor[]::new));
        }

        private record Types(List<DType> inputs, List<DType> results) {}

        /** The program that computes with arguments of BF16 and F16 in F32. */
        private Op.Fused widened(List<DType> inputs, List<DType> results) {
            requireArguments(inputs.size());
            if (inputs.stream().noneMatch(Region::widens)) {
                return op(inputs);
            }
            var types = new Types(inputs, results);
            Op.Fused known = wide.get(types);
            if (known == null) {
                known = new Op.Fused(RegionTrace.trace(
                        inputs,
                        in -> rounded(
                                body.apply(in.stream()
                                        .map(x -> widens(x.dtype())
                                                ? x.to(x.dtype().arithmetic())
                                                : x)
                                        .toList()),
                                results)));
                wide.put(new Types(List.copyOf(inputs), List.copyOf(results)), known);
            }
            return known;
        }

        private static boolean widens(DType dtype) {
            return dtype.isFloating() && dtype.isNarrow();
        }

        /** Values of F32 for tensors of BF16 and F16, rounded. */
        private static List<Tensor> rounded(List<Tensor> values, List<DType> dtypes) {
            var out = new ArrayList<Tensor>();
            for (int r = 0; r < values.size(); r++) {
                Tensor value = values.get(r);
                boolean rounds = r < dtypes.size()
                        && widens(dtypes.get(r))
                        && value.dtype() == dtypes.get(r).arithmetic();
                out.add(rounds ? value.to(dtypes.get(r)) : value);
            }
            return out;
        }

        private void requireArguments(int count) {
            if (count != arguments) {
                throw new IllegalArgumentException("region: takes " + arguments + " arguments, not " + count);
            }
        }

        /** What the arguments are converted to: those without axes to the dtype of their kind with axes, if there is one. */
        private DType[] dtypes(Tensor... inputs) {
            requireArguments(inputs.length);
            DType[] dtypes = new DType[inputs.length];
            boolean scalars = false;
            for (int i = 0; i < dtypes.length; i++) {
                dtypes[i] = inputs[i].dtype();
                scalars |= inputs[i].rank() == 0;
            }
            for (int i = 0; scalars && i < dtypes.length; i++) {
                if (inputs[i].rank() == 0) {
                    dtypes[i] = withAxes(dtypes[i], inputs);
                }
            }
            return dtypes;
        }

        private static DType withAxes(DType scalar, Tensor... inputs) {
            DType common = null;
            for (Tensor x : inputs) {
                if (x.rank() > 0 && x.dtype().kind() == scalar.kind()) {
                    common = common == null ? x.dtype() : DType.promote(common, x.dtype());
                }
            }
            return common == null ? scalar : common;
        }
    }
}
