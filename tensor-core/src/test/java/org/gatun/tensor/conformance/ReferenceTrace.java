package org.gatun.tensor.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Levels;
import org.gatun.tensor.trace.Trace;
import org.gatun.tensor.trace.Traced;

/** Runs an ordinary function of tensors by the {@link ReferenceInterpreter}: composites and the public methods included. */
public final class ReferenceTrace implements Trace {
    private final int level;

    private ReferenceTrace(int level) {
        this.level = level;
    }

    /** The results of a function on the given arguments. */
    public static List<HostArray> evaluate(List<HostArray> inputs, Function<List<Tensor>, List<Tensor>> function) {
        int level = Levels.open();
        try (MemoryScope scope = MemoryScope.open("reference")) {
            var trace = new ReferenceTrace(level);
            var arguments = new ArrayList<Tensor>();
            for (HostArray input : inputs) {
                arguments.add(trace.new Value(input));
            }
            return function.apply(List.copyOf(arguments)).stream()
                    .map(ReferenceTrace::array)
                    .toList();
        } finally {
            Levels.close(level);
        }
    }

    private static HostArray array(Tensor t) {
        return t instanceof Value value ? value.array : HostArray.of(t);
    }

    @Override
    public int level() {
        return level;
    }

    @Override
    public Tensor[] process(Op op, Tensor[] inputs) {
        var operands = new ArrayList<HostArray>();
        for (Tensor input : inputs) {
            operands.add(array(input));
        }
        return ReferenceInterpreter.run(op, operands).stream().map(Value::new).toArray(Tensor[]::new);
    }

    /** A tensor of the reference. */
    private final class Value extends Traced {
        private final HostArray array;

        Value(HostArray array) {
            this.array = array;
        }

        @Override
        public Trace trace() {
            return ReferenceTrace.this;
        }

        @Override
        public Shape shape() {
            return array.shape();
        }

        @Override
        public DType dtype() {
            return array.dtype();
        }

        @Override
        public Device device() {
            return Device.CPU;
        }

        @Override
        public ConcreteTensor value() {
            return LayoutVariant.CONTIGUOUS.place(array, Device.CPU);
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
        public void close() {}
    }
}
