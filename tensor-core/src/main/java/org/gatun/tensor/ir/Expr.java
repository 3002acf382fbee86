package org.gatun.tensor.ir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.jspecify.annotations.Nullable;

/**
 * The program of an elementwise region, in static single assignment: values are numbered, first the inputs, then one for each
 * node. A node applies a scalar operation to earlier values or is a constant. Immutable; equal programs are equal objects and
 * have equal hashes, so that a region is traced, compiled and differentiated once.
 */
public final class Expr {
    /** One step of the program, whose value has the given dtype. */
    public sealed interface Node {
        /** The dtype of the value. */
        DType dtype();
    }

    /**
     * A constant.
     *
     * @param dtype its dtype
     * @param bits for floating dtypes the bits of the value as a {@code double}, for others the value itself
     */
    public record Constant(DType dtype, long bits) implements Node {
        /** A number as the dtype has it: for integers without its fraction, for BOOL whether it is not 0. */
        public static Constant of(DType dtype, double value) {
            return switch (dtype) {
                case F32, F64, BF16, F16 -> new Constant(dtype, Double.doubleToLongBits(value));
                case I64, I32, I16, I8, U8 -> new Constant(dtype, (long) value);
                case BOOL -> new Constant(dtype, value != 0 ? 1 : 0);
            };
        }

        /** An integer as the dtype has it, rounded once where it is floating. */
        public static Constant of(DType dtype, long value) {
            return switch (dtype) {
                case F32, BF16, F16 -> of(dtype, (double) (float) value);
                case F64 -> of(dtype, (double) value);
                case I64, I32, I16, I8, U8 -> new Constant(dtype, value);
                case BOOL -> new Constant(dtype, value != 0 ? 1 : 0);
            };
        }

        /** The value as a double. */
        public double value() {
            return dtype.isFloating() ? Double.longBitsToDouble(bits) : (double) bits;
        }
    }

    /**
     * A scalar operation.
     *
     * @param op the operation
     * @param a its first operand, the number of an earlier value
     * @param b its second operand, or -1
     * @param c its third operand, or -1
     * @param dtype the dtype of the result
     */
    public record Apply(Op.Scalar op, int a, int b, int c, DType dtype) implements Node {}

    private final List<DType> inputs;
    private final List<Node> nodes;
    private final List<Integer> outputs;
    private final int hash;

    /**
     * A program. Prefer {@link Builder}, which removes repeated and dead nodes.
     *
     * @throws IllegalArgumentException when a node has too few or too many operands, refers to a later value, or has another
     *     dtype than its operation gives, or an output refers to no value
     * @throws DTypeException when the dtypes of a node's operands do not fit its operation
     */
    public Expr(List<DType> inputs, List<Node> nodes, List<Integer> outputs) {
        this.inputs = List.copyOf(inputs);
        this.nodes = List.copyOf(nodes);
        this.outputs = List.copyOf(outputs);
        for (int i = 0; i < this.nodes.size(); i++) {
            if (this.nodes.get(i) instanceof Apply apply) {
                verify(i, apply);
            }
        }
        for (int o : outputs) {
            if (o < 0 || o >= inputs.size() + nodes.size()) {
                throw new IllegalArgumentException("region: output " + o + " does not exist");
            }
        }
        this.hash = (this.inputs.hashCode() * 31 + this.nodes.hashCode()) * 31 + this.outputs.hashCode();
    }

    /** Kernels trust the numbers and dtypes of a program without looking, so it must be sound. */
    private void verify(int i, Apply node) {
        int[] operands = {node.a, node.b, node.c};
        int arity = node.op.arity();
        DType[] types = new DType[arity];
        for (int k = 0; k < operands.length; k++) {
            if (k < arity != operands[k] >= 0) {
                throw new IllegalArgumentException("region: node " + i + ", " + node.op + ", takes " + arity
                        + " operands first and then -1, not " + Arrays.toString(operands));
            }
            if (operands[k] >= inputs.size() + i) {
                throw new IllegalArgumentException("region: node " + i + " refers to a value that is not before it");
            }
            if (k < arity) {
                types[k] = dtype(operands[k]);
            }
        }
        DType result = ScalarTypes.result(node.op, types);
        if (node.dtype != result) {
            throw new IllegalArgumentException("region: node " + i + ", " + node.op + " on " + Arrays.toString(types)
                    + ", gives " + result + ", not " + node.dtype);
        }
    }

    /** The dtypes of the inputs, values 0, 1, ... */
    public List<DType> inputs() {
        return inputs;
    }

    /** The nodes, values {@code inputs().size()}, ... */
    public List<Node> nodes() {
        return nodes;
    }

    /** The numbers of the values that are results. */
    public List<Integer> outputs() {
        return outputs;
    }

    /** The dtype of a value. */
    public DType dtype(int value) {
        return value < inputs.size()
                ? inputs.get(value)
                : nodes.get(value - inputs.size()).dtype();
    }

    /** Whether input {@code i} is read by some node or is itself an output. */
    public boolean uses(int i) {
        for (Node node : nodes) {
            if (node instanceof Apply apply && (apply.a == i || apply.b == i || apply.c == i)) {
                return true;
            }
        }
        return outputs.contains(i);
    }

    @Override
    public boolean equals(Object o) {
        return this == o
                || (o instanceof Expr other
                        && hash == other.hash
                        && inputs.equals(other.inputs)
                        && nodes.equals(other.nodes)
                        && outputs.equals(other.outputs));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** The program in a readable form, such as {@code (%0:F32, %1:F32) -> { %2 = MUL %0 %1; } -> (%2)}. */
    @Override
    public String toString() {
        var s = new StringBuilder("(");
        for (int i = 0; i < inputs.size(); i++) {
            s.append(i == 0 ? "%" : ", %").append(i).append(':').append(inputs.get(i));
        }
        s.append(") -> { ");
        for (int i = 0; i < nodes.size(); i++) {
            s.append('%').append(inputs.size() + i).append(" = ");
            switch (nodes.get(i)) {
                case Constant c ->
                    (c.dtype().isFloating() ? s.append(c.value()) : s.append(c.bits()))
                            .append(':')
                            .append(c.dtype());
                case Apply a -> {
                    s.append(name(a.op)).append(" %").append(a.a);
                    if (a.b >= 0) {
                        s.append(" %").append(a.b);
                    }
                    if (a.c >= 0) {
                        s.append(" %").append(a.c);
                    }
                }
            }
            s.append("; ");
        }
        s.append("} -> (");
        for (int i = 0; i < outputs.size(); i++) {
            s.append(i == 0 ? "%" : ", %").append(outputs.get(i));
        }
        return s.append(')').toString();
    }

    private static String name(Op.Scalar op) {
        return switch (op) {
            case Op.Unary u -> u.fn().name();
            case Op.Binary b -> b.fn().name();
            case Op.Compare c -> c.fn().name();
            case Op.Logic l -> l.fn().name();
            case Op.Not n -> "NOT";
            case Op.Select s -> "SELECT";
            case Op.Cast c -> "CAST_" + c.to();
        };
    }

    /** Writes a program node by node; a node equal to an earlier one is that one, and nodes that no output needs are left out. */
    public static final class Builder {
        private final List<DType> inputs;
        private final List<Node> nodes = new ArrayList<>();

        /** A program over inputs of the given dtypes. */
        public Builder(List<DType> inputs) {
            this.inputs = List.copyOf(inputs);
        }

        /** Adds a node and returns the number of its value. */
        public int add(Node node) {
            int known = nodes.indexOf(node);
            if (known < 0) {
                known = nodes.size();
                nodes.add(node);
            }
            return inputs.size() + known;
        }

        /** The dtype of a value. */
        public DType dtype(int value) {
            return value < inputs.size()
                    ? inputs.get(value)
                    : nodes.get(value - inputs.size()).dtype();
        }

        /** The node of a value that is not an input, otherwise null. */
        public @Nullable Node node(int value) {
            return value < inputs.size() ? null : nodes.get(value - inputs.size());
        }

        /** The program whose results are the given values, without the nodes that they do not need. */
        public Expr build(List<Integer> outputs) {
            int n = inputs.size();
            boolean[] live = new boolean[n + nodes.size()];
            outputs.forEach(o -> live[o] = true);
            for (int i = nodes.size() - 1; i >= 0; i--) {
                if (live[n + i] && nodes.get(i) instanceof Apply a) {
                    live[a.a] = true;
                    if (a.b >= 0) {
                        live[a.b] = true;
                    }
                    if (a.c >= 0) {
                        live[a.c] = true;
                    }
                }
            }
            int[] number = new int[n + nodes.size()];
            for (int i = 0; i < n; i++) {
                number[i] = i;
            }
            var kept = new ArrayList<Node>();
            for (int i = 0; i < nodes.size(); i++) {
                if (live[n + i]) {
                    number[n + i] = n + kept.size();
                    kept.add(
                            switch (nodes.get(i)) {
                                case Constant c -> c;
                                case Apply a ->
                                    new Apply(
                                            a.op,
                                            number[a.a],
                                            a.b < 0 ? -1 : number[a.b],
                                            a.c < 0 ? -1 : number[a.c],
                                            a.dtype);
                            });
                }
            }
            return new Expr(inputs, kept, outputs.stream().map(o -> number[o]).toList());
        }
    }
}
