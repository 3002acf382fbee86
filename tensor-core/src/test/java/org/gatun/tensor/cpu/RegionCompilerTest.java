package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.CompareFn;
import org.gatun.tensor.ir.Expr;
import org.gatun.tensor.ir.LogicFn;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.ScalarTypes;
import org.gatun.tensor.ir.UnaryFn;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compiled regions against the same regions block by block: they agree in every bit. */
class RegionCompilerTest {
    private static final List<Op.Scalar> OPS = ops();

    @BeforeEach
    void onlyWithVectors() {
        assumeTrue(RegionTrainer.ENABLED, "regions are compiled only on the Vector API");
    }

    private static List<Op.Scalar> ops() {
        var ops = new ArrayList<Op.Scalar>(List.of(new Op.Not(), new Op.Select(), new Op.Cast(DType.BOOL)));
        for (UnaryFn fn : UnaryFn.values()) {
            ops.add(new Op.Unary(fn));
        }
        for (BinaryFn fn : BinaryFn.values()) {
            ops.add(new Op.Binary(fn));
        }
        for (CompareFn fn : CompareFn.values()) {
            ops.add(new Op.Compare(fn));
        }
        for (LogicFn fn : LogicFn.values()) {
            if (fn.isLogical()) {
                ops.add(new Op.Logic(fn));
            }
        }
        return ops;
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F64"})
    void randomRegionsOnRandomLayouts(DType dtype) {
        Random random = new Random(11);
        int compiled = 0;
        for (int trial = 0; trial < 1200; trial++) {
            Expr expr = randomExpr(random, dtype);
            Shape shape = trial % 3 == 0 ? Shape.of(1 + random.nextInt(90)) : RandomLayouts.shape(random, 3, 9);
            try (MemoryScope scope = MemoryScope.open()) {
                ConcreteTensor[] in = new ConcreteTensor[expr.inputs().size()];
                for (int i = 0; i < in.length; i++) {
                    in[i] = random(random, dtype, RandomLayouts.readable(random, shape));
                }
                ConcreteTensor[] blocks = RegionRunner.run(expr, in);
                compiled += compileVariants(expr);
                ConcreteTensor[] loop = RegionRunner.run(expr, in);
                for (int o = 0; o < loop.length; o++) {
                    assertThat(bits(loop[o])).as("result %d of %s", o, expr).isEqualTo(bits(blocks[o]));
                }
            }
        }
        assertThat(compiled).as("regions that were compiled").isGreaterThan(100);
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F64"})
    void resultsIntoTheMemoryOfOperands(DType dtype) {
        Random random = new Random(12);
        for (int trial = 0; trial < 900; trial++) {
            Expr expr = randomExpr(random, dtype);
            Shape shape = trial % 20 == 0 ? Shape.of(40_001) : Shape.of(1 + random.nextInt(70));
            try (MemoryScope scope = MemoryScope.open()) {
                ConcreteTensor[] in = new ConcreteTensor[expr.inputs().size()];
                for (int i = 0; i < in.length; i++) {
                    in[i] = random(random, dtype, new RandomLayouts.Placed(Layout.contiguous(shape), shape.elements()));
                }
                ConcreteTensor[] want = RegionRunner.run(expr, in);
                compileVariants(expr);
                ConcreteTensor[] out = new ConcreteTensor[want.length];
                for (int o = 0; o < out.length; o++) {
                    out[o] = o < in.length ? in[o] : ConcreteTensor.allocate(dtype, shape, Device.CPU);
                }
                RegionRunner.runInto(expr, in, out);
                for (int o = 0; o < out.length; o++) {
                    assertThat(bits(out[o])).as("result %d of %s", o, expr).isEqualTo(bits(want[o]));
                }
            }
        }
    }

    @Test
    void everyTailLeavesWhatLiesBehindIt() {
        Expr expr = Elementwise.region((x, y) -> x.mul(y).add(y).relu()).expr(DType.F32, DType.F32);
        RegionLoop loop =
                RegionCompiler.compile(expr, new boolean[2 + expr.nodes().size()]);
        assertThat(loop).isNotNull();
        try (MemoryScope scope = MemoryScope.open()) {
            for (int n = 0; n < 70; n++) {
                ConcreteTensor x = (ConcreteTensor) Tensors.full(3.0, 100);
                ConcreteTensor y = (ConcreteTensor) Tensors.full(0.5, 100);
                ConcreteTensor out = (ConcreteTensor) Tensors.full(-1.0, 100);
                long[] at = new long[2 + expr.nodes().size()];
                at[0] = x.address();
                at[1] = y.address();
                at[expr.outputs().getFirst()] = out.address();
                loop.run(at, n);
                float[] got = out.toFloatArray();
                for (int i = 0; i < got.length; i++) {
                    assertThat(got[i]).as("element %d of %d", i, n).isEqualTo(i < n ? 2 : -1);
                }
            }
        }
    }

    /** A region that runs often gets its loop by itself, and goes on to give the same results. */
    @Test
    void aHotRegionIsCompiledInTheBackground() throws InterruptedException {
        // A region is given up when the machine stalls while it is tried: then another one is as good.
        boolean compiled = false;
        for (int attempt = 0; attempt < 8 && !compiled; attempt++) {
            compiled = isCompiledWhenHot(0.3712 + attempt);
        }
        assertThat(compiled).isTrue();
    }

    private static boolean isCompiledWhenHot(double constant) throws InterruptedException {
        Elementwise.Region region =
                Elementwise.region((x, y) -> x.sub(y).mul(constant).add(y).square());
        Expr expr = region.expr(DType.F32, DType.F32);
        try (MemoryScope scope = MemoryScope.open()) {
            var generator = new Generator(5);
            Tensor x = Tensors.randn(generator, 1000, 1000);
            Tensor y = Tensors.randn(generator, 1000, 1000);
            float[] first = region.apply(x, y).toFloatArray();
            long deadline = System.nanoTime() + 15_000_000_000L;
            boolean compiled = false;
            while (!compiled && System.nanoTime() < deadline) {
                region.apply(x, y).close();
                Thread.sleep(1);
                compiled = Program.of(expr).variants().stream().anyMatch(RegionVariant::isCompiled);
            }
            assertThat(region.apply(x, y).toFloatArray()).isEqualTo(first);
            return compiled;
        }
    }

    /** Gives each way in which a region has run its loop, and returns how many got one. */
    private static int compileVariants(Expr expr) {
        int count = 0;
        if (RegionCompiler.accepts(expr)) {
            for (RegionVariant variant : Program.of(expr).variants()) {
                RegionLoop loop = RegionCompiler.compile(expr, variant.single);
                if (loop != null) {
                    variant.use(loop);
                    count++;
                }
            }
        }
        return count;
    }

    private static Expr randomExpr(Random random, DType dtype) {
        int inputs = 1 + random.nextInt(4);
        int steps = 2 + random.nextInt(10);
        var builder = new Expr.Builder(Collections.nCopies(inputs, dtype));
        List<Integer> values = new ArrayList<>();
        for (int i = 0; i < inputs; i++) {
            values.add(i);
        }
        while (values.size() < inputs + steps) {
            if (random.nextInt(8) == 0) {
                values.add(builder.add(Expr.Constant.of(dtype, random.nextInt(9) / 2.0 - 2)));
                continue;
            }
            Op.Scalar op = random.nextInt(6) == 0 ? new Op.Cast(dtype) : OPS.get(random.nextInt(OPS.size()));
            int[] operand = {-1, -1, -1};
            DType[] types = new DType[op.arity()];
            for (int i = 0; i < types.length; i++) {
                operand[i] = values.get(random.nextInt(values.size()));
                types[i] = builder.dtype(operand[i]);
            }
            if (accepts(op, types)) {
                values.add(builder.add(
                        new Expr.Apply(op, operand[0], operand[1], operand[2], ScalarTypes.result(op, types))));
            }
        }
        List<Integer> numbers =
                values.stream().filter(v -> builder.dtype(v) == dtype).toList();
        List<Integer> outputs = new ArrayList<>(List.of(numbers.getLast()));
        while (random.nextInt(3) == 0) {
            outputs.add(numbers.get(random.nextInt(numbers.size())));
        }
        return builder.build(outputs);
    }

    private static boolean accepts(Op.Scalar op, DType... types) {
        boolean numbers = types[0].isFloating();
        return switch (op) {
            case Op.Unary u -> numbers;
            case Op.Binary b -> numbers && types[0] == types[1];
            case Op.Compare c -> types[0] == types[1];
            case Op.Logic l -> !numbers && types[0] == types[1];
            case Op.Not n -> !numbers;
            case Op.Select s -> !numbers && types[1] == types[2];
            case Op.Cast c -> true;
        };
    }

    private static ConcreteTensor random(Random random, DType dtype, RandomLayouts.Placed placed) {
        ConcreteTensor storage = ConcreteTensor.allocate(dtype, Shape.of(placed.storage()), Device.CPU);
        for (long i = 0; i < placed.storage(); i++) {
            double value = switch (random.nextInt(12)) {
                case 0 -> Double.NaN;
                case 1 -> Double.POSITIVE_INFINITY;
                case 2 -> -0.0;
                case 3 -> 0.0;
                default -> random.nextGaussian() * 3;
            };
            if (dtype == DType.F32) {
                Ram.putFloat(storage.address() + 4 * i, (float) value);
            } else {
                Ram.putDouble(storage.address() + 8 * i, value);
            }
        }
        return storage.view(placed.layout());
    }

    /** The bits of all elements, with one NaN for all. */
    private static long[] bits(ConcreteTensor x) {
        double[] values = x.toDoubleArray();
        long[] bits = new long[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Double.doubleToLongBits(values[i]);
        }
        return bits;
    }
}
