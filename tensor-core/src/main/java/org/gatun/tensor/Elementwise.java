package org.gatun.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
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
        return new Region(1, in -> List.of(body.apply(in.get(0))));
    }

    /** A region of two arguments. */
    public static Region region(BinaryOperator<Tensor> body) {
        return new Region(2, in -> List.of(body.apply(in.get(0), in.get(1))));
    }

    /** A region of three arguments. */
    public static Region region(Ternary body) {
        return new Region(3, in -> List.of(body.apply(in.get(0), in.get(1), in.get(2))));
    }

    /** A region of any number of arguments and results. */
    public static Region region(int arguments, Function<List<Tensor>, List<Tensor>> body) {
        return new Region(arguments, body);
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

        private Region(int arguments, Function<List<Tensor>, List<Tensor>> body) {
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
         * The first result for the given arguments, which broadcast to one shape.
         *
         * @throws ShapeException when the arguments do not broadcast
         */
        public Tensor apply(Tensor... inputs) {
            return applyAll(inputs)[0];
        }

        /** All results for the given arguments, which broadcast to one shape. */
        public Tensor[] applyAll(Tensor... inputs) {
            Op.Fused op = op(dtypes(inputs));
            Shape shape = inputs[0].shape();
            for (int i = 1; i < inputs.length; i++) {
                shape = Broadcasting.common("region", shape, inputs[i].shape());
            }
            Tensor[] operands = new Tensor[inputs.length];
            for (int i = 0; i < inputs.length; i++) {
                operands[i] = Arithmetic.expand(inputs[i], shape);
            }
            return Dispatch.bindAll(op, operands);
        }

        /**
         * Runs the region on concrete tensors and writes its results into existing ones, in place where a result is one of the
         * arguments. Nothing is recorded. The arguments broadcast to the shape of the results.
         *
         * @throws ShapeException when a result has another shape
         * @throws DTypeException when a result has another dtype than the region gives
         */
        public void applyInto(List<Tensor> inputs, List<Tensor> results) {
            Op.Fused op = op(dtypes(inputs.toArray(Tensor[]::new)));
            InPlace.run("region", op, inputs, results);
        }

        private List<DType> dtypes(Tensor... inputs) {
            if (inputs.length != arguments) {
                throw new IllegalArgumentException("region: takes " + arguments + " arguments, not " + inputs.length);
            }
            DType[] dtypes = new DType[inputs.length];
            for (int i = 0; i < dtypes.length; i++) {
                dtypes[i] = inputs[i].dtype();
            }
            return Arrays.asList(dtypes);
        }
    }
}
