package org.gatun.tensor.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Expr;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.ScalarTypes;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Shape;

/**
 * The interpreter that writes an ordinary function of tensors down as an {@link Expr}. Inside, every value counts as 0-d: a
 * region knows nothing of shapes, so it takes elementwise operations only.
 */
public final class RegionTrace implements Trace {
    private final int level;
    private final Expr.Builder builder;
    private boolean open = true;

    private RegionTrace(int level, Expr.Builder builder) {
        this.level = level;
        this.builder = builder;
    }

    /**
     * Traces a function, outside of every autocast scope: the program is kept for all.
     *
     * @param inputs the dtypes of its arguments
     * @param body the function, in elementwise methods of its arguments only
     * @throws IllegalArgumentException when the body uses another operation, a composite with a derivative of its own, or a tensor
     *     that is not an argument
     */
    public static Expr trace(List<DType> inputs, Function<List<Tensor>, List<Tensor>> body) {
        int level = Levels.open();
        var trace = new RegionTrace(level, new Expr.Builder(inputs));
        try {
            var arguments = new ArrayList<Tensor>();
            for (int i = 0; i < inputs.size(); i++) {
                arguments.add(trace.new Value(i));
            }
            var outputs = new ArrayList<Integer>();
            for (Tensor result : ActiveCast.within(null, () -> body.apply(List.copyOf(arguments)))) {
                outputs.add(trace.number(result));
            }
            return trace.builder.build(outputs);
        } finally {
            trace.open = false;
            Levels.close(level);
        }
    }

    @Override
    public int level() {
        return level;
    }

    @Override
    public Tensor[] process(Op op, Tensor[] inputs) {
        return switch (op) {
            case Op.Scalar scalar -> new Tensor[] {apply(scalar, inputs)};
            case Op.Fused fused -> inline(fused.expr(), inputs);
            case Op.Call call -> inline(call.composite(), inputs);
            // Every value has the same (unknown) shape here, so a change to the 0-d shape changes nothing.
            case Op.Broadcast b when b.shape().rank() == 0 -> new Tensor[] {inputs[0]};
            case Op.Reshape r when r.shape().rank() == 0 -> new Tensor[] {inputs[0]};
            case Op.Copy c -> new Tensor[] {inputs[0]};
            case Op.Multilinear other -> throw refused(other);
            case Op.Irregular other -> throw refused(other);
            case Op.LinearAlgebra other -> throw refused(other);
            case Op.NonDifferentiable other -> throw refused(other);
        };
    }

    private static IllegalArgumentException refused(Op op) {
        return new IllegalArgumentException(
                "region: " + op + " is not elementwise: use elementwise methods only inside, and"
                        + " apply others before or after the region");
    }

    private static Tensor[] inline(Composite composite, Tensor[] inputs) {
        if (composite.derivative().isPresent()) {
            throw new IllegalArgumentException("region: " + composite.name()
                    + " has a derivative of its own, and a region's derivative is that of its elementwise operations: apply it"
                    + " before or after the region");
        }
        return Dispatch.inline(composite, inputs);
    }

    private Tensor apply(Op.Scalar op, Tensor[] inputs) {
        int a = number(inputs[0]);
        int b = inputs.length > 1 ? number(inputs[1]) : -1;
        int c = inputs.length > 2 ? number(inputs[2]) : -1;
        DType[] types = new DType[inputs.length];
        for (int i = 0; i < types.length; i++) {
            types[i] = inputs[i].dtype();
        }
        return new Value(builder.add(new Expr.Apply(op, a, b, c, ScalarTypes.result(op, types))));
    }

    private Tensor[] inline(Expr expr, Tensor[] inputs) {
        int n = inputs.length;
        int[] number = new int[n + expr.nodes().size()];
        for (int i = 0; i < n; i++) {
            number[i] = number(inputs[i]);
        }
        for (int i = 0; i < expr.nodes().size(); i++) {
            number[n + i] = builder.add(
                    switch (expr.nodes().get(i)) {
                        case Expr.Constant constant -> constant;
                        case Expr.Apply a ->
                            new Expr.Apply(
                                    a.op(),
                                    number[a.a()],
                                    a.b() < 0 ? -1 : number[a.b()],
                                    a.c() < 0 ? -1 : number[a.c()],
                                    a.dtype());
                    });
        }
        return expr.outputs().stream().map(o -> new Value(number[o])).toArray(Tensor[]::new);
    }

    private int number(Tensor t) {
        if (t instanceof Value value && value.owner() == this) {
            return value.number;
        }
        throw new IllegalArgumentException("region: the body uses a tensor of shape " + t.shape() + " and dtype "
                + t.dtype() + " that is not one of its arguments: pass it as an argument of the region");
    }

    /** A value of the region under construction. */
    private final class Value extends Traced {
        private final int number;

        Value(int number) {
            this.number = number;
        }

        RegionTrace owner() {
            return RegionTrace.this;
        }

        @Override
        public Trace trace() {
            if (!open) {
                throw new IllegalStateException(
                        "region: a value of a region was used after its body had ended: use what the"
                                + " region returns instead");
            }
            return RegionTrace.this;
        }

        @Override
        public Shape shape() {
            return Shape.SCALAR;
        }

        @Override
        public DType dtype() {
            return builder.dtype(number);
        }

        @Override
        public Device device() {
            return Device.CPU;
        }

        @Override
        protected boolean isAbstract() {
            return true;
        }

        @Override
        public Tensor value() {
            throw new IllegalStateException(
                    "region: a value inside a region has no numbers yet: read the region's result");
        }

        @Override
        public Tensor saved() {
            return this;
        }

        @Override
        public void keep() {}

        @Override
        public void keepFrom(MemoryScope scope) {}

        @Override
        public void unscope() {}

        @Override
        public boolean isClosed() {
            return false;
        }

        @Override
        public boolean isContiguous() {
            return true;
        }

        @Override
        public void close() {}

        @Override
        public String toString() {
            return "value " + number + " of a region, " + dtype();
        }

        @Override
        public Tensor constant(DType dtype, double value) {
            return new Value(builder.add(Expr.Constant.of(dtype, value)));
        }

        @Override
        public Tensor constant(DType dtype, long value) {
            return new Value(builder.add(Expr.Constant.of(dtype, value)));
        }
    }
}
