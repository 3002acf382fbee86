package org.gatun.tensor.conformance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;

/** Numbers for the operands of value tests: edges of the number format, special values, and random numbers of many magnitudes. */
final class OperandValues {
    /** What numbers an operand of a reduction or product holds. */
    enum Flavour {
        /** Numbers of ordinary size. */
        ORDINARY,
        /** Ordinary numbers among which NaN and infinities stand. */
        SPECIAL,
        /** Whole numbers from few, so that many are equal. */
        TIED
    }

    private static final List<Flavour> ORDINARY = List.of(Flavour.ORDINARY);
    private static final List<Flavour> SPECIAL = List.of(Flavour.ORDINARY, Flavour.SPECIAL);
    private static final List<Flavour> TIES = List.of(Flavour.ORDINARY, Flavour.SPECIAL, Flavour.TIED);

    private OperandValues() {}

    /** Operands for a case. */
    static List<HostArray> fill(OpCase c, DType dtype, Flavour flavour, int seed) {
        var random = new SplittableRandom(seed);
        var arrays = new ArrayList<HostArray>();
        boolean elementwise = c.op() instanceof Op.Scalar || c.op() instanceof Op.Fused || c.op() instanceof Op.Copy;
        int start = c.size() > 1000 ? 0 : random.nextInt(4096);
        for (int k = 0; k < c.operands().size(); k++) {
            OpCase.Operand operand = c.operands().get(k);
            DType type = operand.dtype() == null ? dtype : operand.dtype();
            int place = k;
            arrays.add(
                    switch (operand.role()) {
                        case VALUE ->
                            elementwise
                                    ? edges(c.op(), type, operand.shape(), place, start, random)
                                    : numbers(type, operand.shape(), flavour, random);
                        case INDEX ->
                            HostArray.wholes(
                                    type, operand.shape(), i -> random.nextLong(-operand.bound(), operand.bound()));
                        case UNIQUE_INDEX -> uniqueIndices(c.op(), operand, random);
                        case MATRIX -> LinearAlgebraCases.matrices(type, operand.shape(), random);
                        case DEFINITE -> LinearAlgebraCases.definiteMatrices(type, operand.shape(), random);
                    });
        }
        return arrays;
    }

    // ---- elementwise: pairs of edges first, then random numbers ----

    private static HostArray edges(Op op, DType type, Shape shape, int place, int start, SplittableRandom random) {
        if (type.isFloating()) {
            double[] edges = floatingEdges(type);
            return HostArray.reals(type, shape, i -> {
                long n = (long) edges.length * edges.length;
                // a reference that takes long is asked for pairs of edges only, again and again
                boolean costly = op instanceof Op.Binary binary && isCostly(binary.fn());
                long at = costly ? (start + (long) i) % n : start + (long) i;
                return at < n ? edges[(int) (place == 0 ? at % edges.length : at / edges.length)] : real(random);
            });
        }
        return HostArray.wholes(type, shape, i -> whole(op, type, place, start + i, random));
    }

    private static double[] floatingEdges(DType type) {
        return switch (type) {
            case F32, BF16 -> floatEdges();
            case F64 -> doubleEdges();
            case F16 -> halfEdges();
            case I64, I32, I16, I8, U8, BOOL -> throw new IllegalArgumentException(type + " is not a floating type");
        };
    }

    private static double[] halfEdges() {
        return new double[] {
            0.0,
            -0.0,
            1,
            -1,
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            0.5,
            -0.5,
            2,
            1.5,
            -2.5,
            3,
            11,
            -17,
            300,
            0x1p-24,
            -0x1p-24,
            0x1p-14,
            65504,
            -65504,
            1e-3,
            2048
        };
    }

    private static boolean isCostly(BinaryFn fn) {
        return fn == BinaryFn.ZETA || fn == BinaryFn.GAMMAINC || fn == BinaryFn.GAMMAINCC;
    }

    private static double[] floatEdges() {
        return new double[] {
            0.0,
            -0.0,
            1,
            -1,
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            0.5,
            -0.5,
            2,
            1.5,
            -2.5,
            3,
            88,
            -103,
            1e5,
            Float.MIN_VALUE,
            -Float.MIN_VALUE,
            Float.MIN_NORMAL,
            Float.MAX_VALUE,
            -Float.MAX_VALUE,
            1e-3,
            16777216,
            1e30
        };
    }

    private static double[] doubleEdges() {
        return new double[] {
            0.0,
            -0.0,
            1,
            -1,
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            0.5,
            -0.5,
            2,
            1.5,
            -2.5,
            3,
            709,
            -745,
            1e5,
            Double.MIN_VALUE,
            -Double.MIN_VALUE,
            Double.MIN_NORMAL,
            Double.MAX_VALUE,
            -Double.MAX_VALUE,
            1e-3,
            9007199254740992.0,
            1e300
        };
    }

    private static double real(SplittableRandom random) {
        double sign = random.nextBoolean() ? 1 : -1;
        return switch (random.nextInt(4)) {
            case 0 -> random.nextDouble(-1, 1);
            case 1 -> random.nextDouble(-100, 100);
            case 2 -> sign * Math.pow(10, random.nextDouble(-30, 30));
            default -> random.nextDouble(-6, 6);
        };
    }

    private static long whole(Op op, DType type, int place, int i, SplittableRandom random) {
        long[] edges = {
            0, 1, 2, 3, 7, 100, 255, -1, -2, -7, Integer.MAX_VALUE, Integer.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE
        };
        long value = i % 3 == 0 ? edges[random.nextInt(edges.length)] : random.nextLong(-1000, 1000);
        if (place == 1 && op instanceof Op.Binary binary) {
            return secondOperand(binary.fn(), type, value, random);
        }
        if (place == 1 && op instanceof Op.Logic logic && !logic.fn().isLogical()) {
            // by a few places, by none, by as many as there are and more
            return i % 3 == 0 ? value : random.nextLong(-2, 70);
        }
        return value;
    }

    /** Keeps integers where the function is defined: divisors that are not 0 once stored, exponents that are not negative. */
    private static long secondOperand(BinaryFn fn, DType type, long value, SplittableRandom random) {
        return switch (fn) {
            case FLOOR_DIVIDE, TRUNC_DIVIDE, REMAINDER, FMOD -> HostArray.wrap(type, value) == 0 ? 3 : value;
            case POW -> random.nextLong(0, 70);
            case ADD, SUB, MUL, DIV, MAXIMUM, MINIMUM, ATAN2, HYPOT, COPYSIGN, NEXTAFTER, ZETA, GAMMAINC, GAMMAINCC ->
                value;
        };
    }

    // ---- other operations ----

    private static HostArray numbers(DType type, Shape shape, Flavour flavour, SplittableRandom random) {
        if (!type.isFloating()) {
            return HostArray.wholes(
                    type, shape, i -> flavour == Flavour.TIED ? random.nextLong(3) : random.nextLong(-9, 10));
        }
        double[] special = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 0.0};
        return HostArray.reals(type, shape, i -> switch (flavour) {
            case ORDINARY -> random.nextDouble(-2, 2);
            case SPECIAL -> random.nextInt(5) == 0 ? special[random.nextInt(5)] : random.nextDouble(-2, 2);
            case TIED -> random.nextInt(3);
        });
    }

    /** Indices of which no two are equal along the operation's axis. */
    private static HostArray uniqueIndices(Op op, OpCase.Operand operand, SplittableRandom random) {
        int axis = op instanceof Op.Scatter scatter ? scatter.axis() : 0;
        Shape shape = operand.shape();
        int count = (int) shape.size(axis);
        var lanes = new Object[Math.max(1, (int) shape.elements())];
        return HostArray.wholes(DType.I64, shape, i -> {
            long[] index = HostArray.index(shape, i);
            int along = (int) index[axis];
            index[axis] = 0;
            int lane = HostArray.flat(shape, index);
            long[] order = lanes[lane] instanceof long[] known ? known : shuffled((int) operand.bound(), random);
            lanes[lane] = order;
            // Half of the indices count from the end.
            return random.nextBoolean() && along < count ? order[along] - operand.bound() : order[along];
        });
    }

    static long[] shuffled(int n, SplittableRandom random) {
        long[] order = new long[n];
        Arrays.setAll(order, i -> i);
        for (int i = n - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            long swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
        return order;
    }

    /** The flavours of numbers that say something about an operation. */
    static List<Flavour> flavours(Op op) {
        return switch (op) {
            case Op.Scalar scalar -> ORDINARY;
            case Op.Fused fused -> ORDINARY;
            case Op.Copy copy -> ORDINARY;
            case Op.Transfer transfer -> ORDINARY;
            // Whether a zero of the padding meets an infinite weight, which gives NaN, depends on the algorithm.
            case Op.Conv2d conv -> ORDINARY;
            case Op.Conv2dWeightGrad conv -> ORDINARY;
            // Infinities meet roots of unity with zero parts in some algorithms and not in others.
            case Op.Fft fft -> ORDINARY;
            case Op.Extremum extremum -> TIES;
            case Op.ArgExtremum arg -> TIES;
            case Op.Sort sort -> TIES;
            case Op.TopK topK -> TIES;
            case Op.MaxPool2d pool -> TIES;
            // What becomes of NaN is a matter of each factorisation, tested on its own.
            case Op.LinearAlgebra algebra -> ORDINARY;
            case Op.Call call -> SPECIAL;
            case Op.Multilinear other -> SPECIAL;
            case Op.Irregular other -> SPECIAL;
            case Op.NonDifferentiable other -> SPECIAL;
        };
    }
}
