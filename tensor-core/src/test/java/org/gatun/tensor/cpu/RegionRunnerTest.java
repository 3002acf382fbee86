package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.gatun.tensor.BFloat16;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cpu.math.ScalarDivision;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.CompareFn;
import org.gatun.tensor.ir.Expr;
import org.gatun.tensor.ir.LogicFn;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.ScalarTypes;
import org.gatun.tensor.ir.UnaryFn;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;

/** Regions and single operations on all layouts against an interpreter that takes one element at a time. */
class RegionRunnerTest {
    private static final DType[] INPUT_TYPES = {DType.F32, DType.F64, DType.I32, DType.I64, DType.U8, DType.BOOL};

    // Operations whose result is exact or correctly rounded, so that the interpreter's must agree in every bit.
    private static final Op.Scalar[] OPS = {
        new Op.Unary(UnaryFn.NEG),
        new Op.Unary(UnaryFn.ABS),
        new Op.Unary(UnaryFn.SQUARE),
        new Op.Unary(UnaryFn.RELU),
        new Op.Unary(UnaryFn.FLOOR),
        new Op.Binary(BinaryFn.ADD),
        new Op.Binary(BinaryFn.SUB),
        new Op.Binary(BinaryFn.MUL),
        new Op.Binary(BinaryFn.MAXIMUM),
        new Op.Binary(BinaryFn.MINIMUM),
        new Op.Compare(CompareFn.LT),
        new Op.Compare(CompareFn.EQ),
        new Op.Compare(CompareFn.GE),
        new Op.Logic(LogicFn.AND),
        new Op.Logic(LogicFn.XOR),
        new Op.Not(),
        new Op.Select(),
        new Op.Select(),
        new Op.Cast(DType.F32),
        new Op.Cast(DType.F64),
        new Op.Cast(DType.I32),
        new Op.Cast(DType.I64),
        new Op.Cast(DType.BOOL)
    };

    @Test
    void regionsOfRandomOperationsOnRandomLayouts() {
        Random random = new Random(7);
        for (int trial = 0; trial < 600; trial++) {
            Expr expr = randomExpr(random, 1 + random.nextInt(4), 1 + random.nextInt(12));
            Shape shape = trial % 20 == 0
                    ? Shape.of(61, 1 + random.nextInt(400))
                    : RandomLayouts.shape(random, 4, trial % 3 == 0 ? 2 : 9);
            try (MemoryScope scope = MemoryScope.open()) {
                ConcreteTensor[] in = new ConcreteTensor[expr.inputs().size()];
                for (int i = 0; i < in.length; i++) {
                    in[i] = random(random, expr.inputs().get(i), RandomLayouts.readable(random, shape));
                }
                double[][] want = interpret(expr, in);
                ConcreteTensor[] got = RegionRunner.run(expr, in);
                for (int o = 0; o < got.length; o++) {
                    assertThat(values(got[o]))
                            .as("result %d of %s on %s", o, expr, describe(in))
                            .isEqualTo(want[o]);
                }
            }
        }
    }

    /** A condition that is one element for all serves a choice among single elements and one among many. */
    @Test
    void aSingleConditionOfSingleAndOfManyElements() {
        Region region = Elementwise.region((x, s) -> {
            Tensor none = s.eq(Double.NEGATIVE_INFINITY);
            return s.maskedFill(none, 0).sub(x.maskedFill(none, 0));
        });
        try (MemoryScope scope = MemoryScope.open()) {
            Tensor x = Tensors.of(1.0, 2).reshape(2, 1).expand(2, 3);
            Tensor s = Tensors.scalar(5.0).expand(2, 3);
            assertThat(region.apply(x, s).toDoubleArray()).containsExactly(4, 4, 4, 3, 3, 3);
        }
    }

    @Test
    void regionsIntoTheMemoryOfTheirOperands() {
        Random random = new Random(8);
        for (int trial = 0; trial < 600; trial++) {
            Expr expr = randomExpr(random, 2 + random.nextInt(3), 1 + random.nextInt(10));
            Shape shape = trial % 20 == 0 ? Shape.of(9001) : RandomLayouts.shape(random, 3, 9);
            try (MemoryScope scope = MemoryScope.open()) {
                ConcreteTensor[] in = new ConcreteTensor[expr.inputs().size()];
                for (int i = 0; i < in.length; i++) {
                    RandomLayouts.Placed placed = random.nextBoolean()
                            ? new RandomLayouts.Placed(Layout.contiguous(shape), shape.elements())
                            : RandomLayouts.injective(random, shape);
                    in[i] = random(random, expr.inputs().get(i), placed);
                }
                ConcreteTensor[] out = new ConcreteTensor[expr.outputs().size()];
                boolean[] used = new boolean[in.length];
                for (int o = 0; o < out.length; o++) {
                    DType dtype = expr.dtype(expr.outputs().get(o));
                    out[o] = ConcreteTensor.allocate(dtype, shape, Device.CPU);
                    for (int i = 0; i < in.length; i++) {
                        if (!used[i] && in[i].dtype() == dtype) {
                            out[o] = in[i];
                            used[i] = true;
                            break;
                        }
                    }
                }
                double[][] want = interpret(expr, in);
                String what = expr + " on " + describe(in);
                RegionRunner.runInto(expr, in, out);
                for (int o = 0; o < out.length; o++) {
                    assertThat(values(out[o])).as("result %d of %s", o, what).isEqualTo(want[o]);
                }
            }
        }
    }

    @Test
    void singleOperationsOnRandomLayouts() {
        Random random = new Random(9);
        for (int trial = 0; trial < 3000; trial++) {
            Op.Scalar op = OPS[random.nextInt(OPS.length)];
            DType[] types = new DType[op.arity()];
            DType type = INPUT_TYPES[random.nextInt(INPUT_TYPES.length)];
            for (int i = 0; i < types.length; i++) {
                types[i] = op instanceof Op.Select && i == 0 ? DType.BOOL : type;
            }
            if (!accepts(op, types)) {
                continue;
            }
            Shape shape = trial % 100 == 0 ? Shape.of(300_000) : RandomLayouts.shape(random, 4, 6);
            try (MemoryScope scope = MemoryScope.open()) {
                ConcreteTensor[] in = new ConcreteTensor[types.length];
                for (int i = 0; i < in.length; i++) {
                    in[i] = random(random, types[i], RandomLayouts.readable(random, shape));
                }
                ConcreteTensor got = RegionRunner.run(op, in)[0];
                Expr.Node node = new Expr.Apply(
                        op, 0, in.length > 1 ? 1 : -1, in.length > 2 ? 2 : -1, ScalarTypes.result(op, types));
                double[] want = interpret(new Expr(List.of(types), List.of(node), List.of(in.length)), in)[0];
                assertThat(values(got)).as("%s on %s", op, describe(in)).isEqualTo(want);
            }
        }
    }

    @Test
    void emptyOperandsGiveEmptyResults() {
        try (MemoryScope scope = MemoryScope.open()) {
            ConcreteTensor x = ConcreteTensor.allocate(DType.F32, Shape.of(3, 0), Device.CPU);
            assertThat(RegionRunner.run(new Op.Unary(UnaryFn.EXP), new ConcreteTensor[] {x})[0].shape())
                    .isEqualTo(Shape.of(3, 0));
            Expr expr = randomExpr(new Random(1), 1, 3);
            ConcreteTensor y = ConcreteTensor.allocate(expr.inputs().getFirst(), Shape.of(0), Device.CPU);
            assertThat(RegionRunner.run(expr, new ConcreteTensor[] {y})[0].shape())
                    .isEqualTo(Shape.of(0));
        }
    }

    @Test
    void integerDivisionByZeroInsideARegionIsAnError() {
        try (MemoryScope scope = MemoryScope.open()) {
            var builder = new Expr.Builder(List.of(DType.I64));
            int zero = builder.add(new Expr.Constant(DType.I64, 0));
            int quotient = builder.add(new Expr.Apply(new Op.Binary(BinaryFn.FLOOR_DIVIDE), 0, zero, -1, DType.I64));
            Expr expr = builder.build(List.of(quotient));
            ConcreteTensor x = ConcreteTensor.allocate(DType.I64, Shape.of(100_000), Device.CPU);
            assertThatThrownBy(() -> RegionRunner.run(expr, new ConcreteTensor[] {x}))
                    .isInstanceOf(ArithmeticException.class)
                    .hasMessageContaining("floorDivide")
                    .hasMessageContaining("divisor is 0");
        }
    }

    private static boolean accepts(Op.Scalar op, DType... types) {
        return switch (op) {
            case Op.Unary u -> u.fn().accepts(types[0]);
            case Op.Binary b -> b.fn().accepts(types[0]) && types[0] == types[1];
            case Op.Compare c -> types[0] == types[1];
            case Op.Logic l -> types[0] == types[1] && !types[0].isFloating();
            case Op.Not n -> !types[0].isFloating();
            case Op.Select s -> types[0] == DType.BOOL && types[1] == types[2];
            case Op.Cast c -> true;
        };
    }

    private static Expr randomExpr(Random random, int inputs, int nodes) {
        List<DType> types = new ArrayList<>();
        for (int i = 0; i < inputs; i++) {
            types.add(INPUT_TYPES[random.nextInt(random.nextBoolean() ? 2 : INPUT_TYPES.length)]);
        }
        var builder = new Expr.Builder(types);
        List<Integer> values = new ArrayList<>();
        for (int i = 0; i < inputs; i++) {
            values.add(i);
        }
        while (values.size() < inputs + nodes) {
            if (random.nextInt(8) == 0) {
                DType type = INPUT_TYPES[random.nextInt(2)];
                values.add(builder.add(Expr.Constant.of(type, random.nextInt(9) / 2.0 - 2)));
                continue;
            }
            Op.Scalar op = OPS[random.nextInt(OPS.length)];
            int[] operand = {-1, -1, -1};
            DType[] operandTypes = new DType[op.arity()];
            for (int i = 0; i < op.arity(); i++) {
                operand[i] = values.get(random.nextInt(values.size()));
                operandTypes[i] = builder.dtype(operand[i]);
            }
            if (accepts(op, operandTypes)) {
                values.add(builder.add(
                        new Expr.Apply(op, operand[0], operand[1], operand[2], ScalarTypes.result(op, operandTypes))));
            }
        }
        List<Integer> outputs = new ArrayList<>();
        outputs.add(values.getLast());
        while (random.nextInt(3) == 0) {
            outputs.add(values.get(random.nextInt(values.size())));
        }
        return builder.build(outputs);
    }

    private static ConcreteTensor random(Random random, DType dtype, RandomLayouts.Placed placed) {
        ConcreteTensor storage = ConcreteTensor.allocate(dtype, Shape.of(placed.storage()), Device.CPU);
        for (long i = 0; i < placed.storage(); i++) {
            set(storage, i, dtype == DType.BOOL ? random.nextInt(2) : random.nextInt(200) / 16.0);
        }
        return storage.view(placed.layout());
    }

    private static void set(ConcreteTensor x, long position, double value) {
        long at = x.address() + position * x.dtype().bytes();
        Elements.put(x.dtype(), at, value);
    }

    private static double get(ConcreteTensor x, long number) {
        long at = x.address()
                + (RandomLayouts.position(x.layout(), number) - x.layout().offset())
                        * x.dtype().bytes();
        return Elements.get(x.dtype(), at);
    }

    private static double[] values(ConcreteTensor x) {
        double[] values = new double[(int) x.shape().elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = get(x, i) + 0.0;
        }
        return values;
    }

    private static String describe(ConcreteTensor[] in) {
        StringBuilder text = new StringBuilder();
        for (ConcreteTensor x : in) {
            text.append(x.dtype()).append(' ').append(x.layout()).append("; ");
        }
        return text.toString();
    }

    /** The results, element by element. Integers in the tests stay below 2^53, so a double holds every value. */
    private static double[][] interpret(Expr expr, ConcreteTensor[] in) {
        int n = (int) in[0].shape().elements();
        double[][] results = new double[expr.outputs().size()][n];
        double[] values = new double[in.length + expr.nodes().size()];
        for (int e = 0; e < n; e++) {
            for (int i = 0; i < in.length; i++) {
                values[i] = get(in[i], e);
            }
            for (int k = 0; k < expr.nodes().size(); k++) {
                values[in.length + k] = switch (expr.nodes().get(k)) {
                    case Expr.Constant c -> convert(c.value(), c.dtype());
                    case Expr.Apply a ->
                        convert(
                                scalar(
                                        a.op(),
                                        values[a.a()],
                                        a.b() < 0 ? 0 : values[a.b()],
                                        a.c() < 0 ? 0 : values[a.c()],
                                        a.dtype()),
                                a.dtype());
                };
            }
            for (int o = 0; o < results.length; o++) {
                results[o][e] = values[expr.outputs().get(o)] + 0.0;
            }
        }
        return results;
    }

    private static double scalar(Op.Scalar op, double a, double b, double c, DType result) {
        return switch (op) {
            case Op.Unary u -> ScalarFunctions.floating(u.fn()).applyAsDouble(a);
            case Op.Binary f when f.fn() == BinaryFn.NEXTAFTER && result == DType.F32 -> Math.nextAfter((float) a, b);
            case Op.Binary f -> ScalarFunctions.floating(f.fn()).applyAsDouble(a, b);
            case Op.Compare f -> ScalarFunctions.floating(f.fn()).test(a, b) ? 1 : 0;
            case Op.Logic l ->
                switch (l.fn()) {
                    case AND -> (long) a & (long) b;
                    case OR -> (long) a | (long) b;
                    case XOR -> (long) a ^ (long) b;
                    case SHIFT_LEFT -> b < 0 || b > 63 ? 0 : (long) a << (long) b;
                    case GCD -> ScalarDivision.gcd((long) a, (long) b);
                    case SHIFT_RIGHT -> (long) a >> (b < 0 || b > 63 ? 63 : (long) b);
                };
            case Op.Not n -> result == DType.BOOL ? 1 - a : ~(long) a;
            case Op.Select s -> a != 0 ? b : c;
            case Op.Cast t -> t.to() == DType.BOOL ? (a != 0 ? 1 : 0) : a;
        };
    }

    private static double convert(double value, DType dtype) {
        return switch (dtype) {
            case F32 -> (float) value;
            case F64 -> value;
            case BF16 -> BFloat16.toFloat(BFloat16.of((float) value));
            case F16 -> Float.float16ToFloat(Float.floatToFloat16((float) value));
            case I64 -> (long) value;
            case I16 -> (short) (long) value;
            case I8 -> (byte) (long) value;
            case I32 -> value == Math.rint(value) && Math.abs(value) < 0x1p53 ? (int) (long) value : (int) value;
            case U8 -> (long) value & 0xFF;
            case BOOL -> value;
        };
    }
}
