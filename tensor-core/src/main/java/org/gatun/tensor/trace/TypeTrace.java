package org.gatun.tensor.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.ir.TypeRules;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Shape;

/**
 * The interpreter that runs an ordinary function of tensors on types alone, as {@code jax.eval_shape}: its values have a dtype
 * and a shape but no numbers, so it costs no memory and no arithmetic, and every operation on the way is verified by {@link
 * TypeRules}.
 */
public final class TypeTrace implements Trace {
    private final int level;
    private boolean open = true;

    private TypeTrace(int level) {
        this.level = level;
    }

    /** The types of the results of a composite on operands of the given types, which is what its fallback gives. */
    public static List<TensorType> infer(Composite composite, List<TensorType> inputs) {
        return infer(inputs, composite::fallback);
    }

    /**
     * The types of the results of a function on arguments of the given types.
     *
     * @throws IllegalStateException when the function reads the values of its arguments
     */
    public static List<TensorType> infer(List<TensorType> inputs, Function<List<Tensor>, List<Tensor>> function) {
        int level = Levels.open();
        var trace = new TypeTrace(level);
        try {
            var arguments = new ArrayList<Tensor>();
            for (TensorType input : inputs) {
                arguments.add(trace.new Value(input));
            }
            return function.apply(List.copyOf(arguments)).stream()
                    .map(TypeTrace::type)
                    .toList();
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
        var types = new ArrayList<TensorType>();
        for (Tensor input : inputs) {
            types.add(type(input));
        }
        return TypeRules.infer(op, types).stream().map(Value::new).toArray(Tensor[]::new);
    }

    private static TensorType type(Tensor t) {
        return new TensorType(t.dtype(), t.shape());
    }

    /** A value of which only the type is known. */
    private final class Value extends Traced {
        private final TensorType type;

        Value(TensorType type) {
            this.type = type;
        }

        @Override
        public Trace trace() {
            if (!open) {
                throw new IllegalStateException(
                        "types: a value of " + type + " was used after the function that it was made"
                                + " in had ended: use what the function returns instead");
            }
            return TypeTrace.this;
        }

        @Override
        public Shape shape() {
            return type.shape();
        }

        @Override
        public DType dtype() {
            return type.dtype();
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
                    "types: " + type + " has no numbers, only its type is known: a function whose"
                            + " types are inferred can't read values");
        }

        @Override
        public Tensor detached() {
            return this;
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
            return "a tensor of type " + type;
        }

        @Override
        public Tensor constant(DType dtype, double value) {
            return new Value(new TensorType(dtype, Shape.SCALAR));
        }

        @Override
        public Tensor constant(DType dtype, long value) {
            return new Value(new TensorType(dtype, Shape.SCALAR));
        }
    }
}
