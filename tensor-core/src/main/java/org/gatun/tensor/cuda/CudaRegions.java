package org.gatun.tensor.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.cpu.math.ScalarDivision;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.Expr;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.ScalarTypes;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/** Runs elementwise operations, single ones and regions: one kernel, printed by {@link RegionSource}, for each region and kind of layout. */
final class CudaRegions {
    /** How many numbers a kernel's parameter can hold, see {@link Lane}. */
    static final int MOST_ARGUMENTS = 512;

    private static final int HEAD = 3;

    /** The bytes of an operand from which on a launch more costs less than reading it across. */
    private static final long TRANSPOSED = 1 << 20;

    private static final Map<BinaryFn, String> DIVISIONS = Map.of(
            BinaryFn.FLOOR_DIVIDE, "floorDivide",
            BinaryFn.TRUNC_DIVIDE, "truncDivide",
            BinaryFn.REMAINDER, "remainder",
            BinaryFn.FMOD, "fmod");

    private CudaRegions() {}

    private static final Map<Single, Expr> SINGLES = new ConcurrentHashMap<>();
    private static final Map<DType, Expr> IDENTITIES = new ConcurrentHashMap<>();

    private record DenseKey(Expr expr, List<Boolean> single) {}

    private record StridedKey(Expr expr, int rank, boolean wide) {}

    /** Runs an operation on operands of one shape, into fresh memory. */
    static ConcreteTensor[] run(CudaDevice gpu, Op.Scalar op, ConcreteTensor[] in) {
        return run(gpu, region(op, in), in);
    }

    /** Runs a region on operands of one shape, into fresh memory. */
    static ConcreteTensor[] run(CudaDevice gpu, Expr expr, ConcreteTensor[] in) {
        Shape shape = in[0].shape();
        ConcreteTensor[] results = new ConcreteTensor[expr.outputs().size()];
        int made = 0;
        boolean done = false;
        try {
            for (; made < results.length; made++) {
                results[made] = gpu.allocate(expr.dtype(expr.outputs().get(made)), shape);
            }
            runInto(gpu, expr, in, results);
            done = true;
            return results;
        } finally {
            for (int r = 0; r < made && !done; r++) {
                results[r].close();
            }
        }
    }

    /** Runs an operation into existing memory; see {@link org.gatun.tensor.trace.Backend#executeInto}. */
    static void runInto(CudaDevice gpu, Op.Scalar op, ConcreteTensor[] in, ConcreteTensor out) {
        runInto(gpu, region(op, in), in, new ConcreteTensor[] {out});
    }

    /** Runs a region into existing memory; see {@link org.gatun.tensor.trace.Backend#executeInto}. */
    static void runInto(CudaDevice gpu, Expr expr, ConcreteTensor[] in, ConcreteTensor[] out) {
        if (out.length == 0 || out[0].shape().isEmpty()) {
            return;
        }
        if (HEAD + in.length + out.length + 1 > MOST_ARGUMENTS) {
            throw tooMany(gpu, in.length, out.length);
        }
        if (VaryingConstants.run(gpu, expr, in, out)) {
            return;
        }
        Shape shape = out[0].shape();
        Layout[] layouts = new Layout[in.length + out.length];
        for (int i = 0; i < layouts.length; i++) {
            layouts[i] = (i < in.length ? in[i] : out[i - in.length]).layout();
        }
        MergedAxes axes = MergedAxes.of(shape, layouts);
        boolean dense = true;
        for (int i = 0; i < layouts.length; i++) {
            dense &= axes.isDense(i) || (i < in.length && axes.isSingle(i));
        }
        if (dense) {
            dense(gpu, expr, axes, in, out);
        } else {
            strided(gpu, expr, axes, in, out);
        }
    }

    static IllegalArgumentException tooMany(CudaDevice gpu, int operands, int results) {
        return new IllegalArgumentException("region: " + operands + " operands and " + results
                + " results are more than a kernel takes on " + gpu.device() + ", " + (MOST_ARGUMENTS - HEAD - 1)
                + " together: cut the region in two");
    }

    /** Copies the elements of {@code x}, of one shape and dtype with {@code out}, into existing memory. */
    static void copy(CudaDevice gpu, ConcreteTensor x, ConcreteTensor out) {
        if (CudaTransposes.copy(gpu, x, out)) {
            return;
        }
        Expr identity = IDENTITIES.computeIfAbsent(word(x.dtype()), d -> new Expr(List.of(d), List.of(), List.of(0)));
        runInto(gpu, identity, new ConcreteTensor[] {x}, new ConcreteTensor[] {out});
    }

    /** The integers as which elements are copied, bit by bit: a number on the way through arithmetic may be another NaN after it. */
    private static DType word(DType dtype) {
        return switch (dtype) {
            case F64, I64 -> DType.I64;
            case F32, I32 -> DType.I32;
            case BF16, F16, I16 -> DType.I16;
            case I8, U8, BOOL -> DType.I8;
        };
    }

    /** A single operation as a region, made once. */
    private static Expr region(Op.Scalar op, ConcreteTensor[] in) {
        var single = new Single(
                op, in[0].dtype(), in.length > 1 ? in[1].dtype() : null, in.length > 2 ? in[2].dtype() : null);
        Expr known = SINGLES.get(single);
        return known != null ? known : SINGLES.computeIfAbsent(single, Single::region);
    }

    /** A single operation on operands of some dtypes; null where it has fewer. */
    private record Single(
            Op.Scalar op,
            DType a,
            @Nullable DType b,
            @Nullable DType c) {
        Expr region() {
            DType[] types = Stream.of(a, b, c).filter(Objects::nonNull).toArray(DType[]::new);
            var node = new Expr.Apply(op, 0, b == null ? -1 : 1, c == null ? -1 : 2, ScalarTypes.result(op, types));
            return new Expr(List.of(types), List.of(node), List.of(types.length));
        }
    }

    private static void dense(CudaDevice gpu, Expr expr, MergedAxes axes, ConcreteTensor[] in, ConcreteTensor[] out) {
        long n = out[0].shape().elements();
        boolean any = false;
        for (int i = 0; i < in.length; i++) {
            any |= !axes.isDense(i);
        }
        Kernel kernel =
                any ? withSingle(gpu, expr, axes, in.length) : gpu.kernel(expr, "dense", () -> RegionSource.both(expr));
        long[] arguments = head(gpu, expr, n, in, out, 1);
        int lanes = RegionSource.vector(expr);
        long vectors = n / lanes;
        for (int i = 0; i < in.length; i++) {
            vectors = !axes.isDense(i) || aligned(in[i], lanes) ? vectors : 0;
        }
        for (ConcreteTensor result : out) {
            vectors = aligned(result, lanes) ? vectors : 0;
        }
        arguments[arguments.length - 1] = vectors;
        gpu.launch(kernel, vectors == 0 ? n : Math.max(vectors, n - vectors * lanes), arguments);
    }

    /** The kernel for operands of which some are single elements. */
    private static Kernel withSingle(CudaDevice gpu, Expr expr, MergedAxes axes, int inputs) {
        List<Boolean> single =
                IntStream.range(0, inputs).mapToObj(i -> !axes.isDense(i)).toList();
        return gpu.kernel(new DenseKey(expr, single), "dense", () -> RegionSource.dense(expr, single));
    }

    private static boolean aligned(ConcreteTensor t, int lanes) {
        return t.address() % ((long) lanes * t.dtype().bytes()) == 0;
    }

    private static void strided(CudaDevice gpu, Expr expr, MergedAxes axes, ConcreteTensor[] in, ConcreteTensor[] out) {
        if (out[0].isContiguous() && onTransposed(gpu, expr, axes, in, out)) {
            return;
        }
        int operands = in.length + out.length;
        int rank = programRank(axes.rank());
        int rest = rank + operands * rank;
        if (HEAD + operands + rest > MOST_ARGUMENTS) {
            onCopies(gpu, expr, in, out);
            return;
        }
        long n = out[0].shape().elements();
        boolean wide = n > Integer.MAX_VALUE;
        Kernel kernel = rank == RegionSource.COMMON_RANK && !wide
                ? gpu.kernel(expr, "strided", () -> RegionSource.both(expr))
                : gpu.kernel(new StridedKey(expr, rank, wide), "strided", () -> RegionSource.strided(expr, rank, wide));
        long[] arguments = head(gpu, expr, n, in, out, rest);
        int at = HEAD + operands;
        // Axes that the program has and the layouts have not are of size 1.
        Arrays.fill(arguments, at, at + rank, 1);
        System.arraycopy(axes.sizes(), 0, arguments, at, axes.rank());
        for (long[] strides : axes.strides()) {
            at += rank;
            System.arraycopy(strides, 0, arguments, at, axes.rank());
        }
        gpu.launch(kernel, n, arguments);
    }

    /**
     * Runs a region with large operands that lie across its results on copies of these: copying by tiles reads and writes them once, where the
     * region would read as many bytes as a sector has for each of their elements. Does nothing if there are none.
     */
    private static boolean onTransposed(
            CudaDevice gpu, Expr expr, MergedAxes axes, ConcreteTensor[] in, ConcreteTensor[] out) {
        ConcreteTensor[] operands = in.clone();
        boolean any = false;
        try {
            for (int i = 0; i < in.length; i++) {
                if (in[i].elements() * in[i].dtype().bytes() >= TRANSPOSED
                        && CudaTransposes.liesAcross(
                                axes, i, in.length, in[i].dtype().bytes())
                        && !axes.repeats(i)) {
                    operands[i] = CudaCopies.copy(gpu, in[i]);
                    any = true;
                }
            }
            if (any) {
                runInto(gpu, expr, operands, out);
            }
            return any;
        } finally {
            for (int i = 0; i < in.length; i++) {
                if (operands[i] != in[i]) {
                    operands[i].close();
                }
            }
        }
    }

    /** The number of axes of the program that serves so many: few numbers, so that few programs are compiled. */
    private static int programRank(int rank) {
        return rank <= RegionSource.COMMON_RANK ? RegionSource.COMMON_RANK : Math.max(rank, 4);
    }

    /** Runs a region with more operands and axes than a kernel takes on copies of the operands, into dense results that are then copied. */
    private static void onCopies(CudaDevice gpu, Expr expr, ConcreteTensor[] in, ConcreteTensor[] out) {
        var temporary = new ArrayList<ConcreteTensor>();
        try {
            ConcreteTensor[] operands = in.clone();
            ConcreteTensor[] results = out.clone();
            for (int i = 0; i < in.length; i++) {
                if (!in[i].isContiguous()) {
                    operands[i] = CudaCopies.copy(gpu, in[i]);
                    temporary.add(operands[i]);
                }
            }
            for (int r = 0; r < out.length; r++) {
                if (!out[r].isContiguous()) {
                    results[r] = gpu.allocate(out[r].dtype(), out[r].shape());
                    temporary.add(results[r]);
                }
            }
            runInto(gpu, expr, operands, results);
            for (int r = 0; r < out.length; r++) {
                if (results[r] != out[r]) {
                    copy(gpu, results[r], out[r]);
                }
            }
        } finally {
            temporary.forEach(ConcreteTensor::close);
        }
    }

    /** What a region throws that met the divisor 0 or a negative exponent. */
    static RuntimeException fault(Expr expr, long value) {
        String divides = expr.nodes().stream()
                .filter(node -> !node.dtype().isFloating())
                .map(node -> node instanceof Expr.Apply apply && apply.op() instanceof Op.Binary b ? b.fn() : null)
                .filter(fn -> fn != null && DIVISIONS.containsKey(fn))
                .map(DIVISIONS::get)
                .findFirst()
                .orElse("region");
        return value < 0 ? ScalarDivision.negativeExponent(value) : ScalarDivision.byZero(divides);
    }

    /** The arguments that all kernels begin with, and room for more. */
    private static long[] head(CudaDevice gpu, Expr expr, long n, ConcreteTensor[] in, ConcreteTensor[] out, int rest) {
        long[] arguments = new long[HEAD + in.length + out.length + rest];
        arguments[0] = n;
        if (RegionSource.canFault(expr)) {
            arguments[1] = gpu.faults();
            arguments[2] = gpu.site((value, place) -> fault(expr, value));
        }
        int at = HEAD;
        for (ConcreteTensor x : in) {
            arguments[at++] = x.address();
        }
        for (ConcreteTensor result : out) {
            arguments[at++] = result.address();
        }
        return arguments;
    }
}
