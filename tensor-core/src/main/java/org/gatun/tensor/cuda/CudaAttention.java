package org.gatun.tensor.cuda;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.gatun.bindings.NativeLibraries;
import org.gatun.bindings.cuda.CudaDriver;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Attention and its derivative in blocks, whose scores are never in memory; the kernels are in {@code attention.cuh}, those on tensor cores in {@code attentionmma.cuh}. Operands are as
 * in {@code composite.Attention}, in single precision or 16 bits and of widths up to 128.
 */
public final class CudaAttention {
    private static final int NARROW = 64;
    private static final int WIDEST = 128;
    private static final int ACCESS = 16;
    private static final long MOST_BLOCKS = 1 << 20;

    /** Axes that the operands can be walked along in one batch; see {@code Places} in {@code attention.cuh}. */
    private static final int AXES = 4;

    private CudaAttention() {}

    /** What the mask is, numbered as in {@code attention.cuh}. */
    private enum Kind {
        NONE,
        BOOLEAN,
        ADDITIVE
    }

    /** The three passes, with the names of their kernels. */
    private enum Pass {
        FORWARD("forward"),
        TO_QUERIES("toQueries"),
        TO_KEYS("toKeys");

        private final String kernel;

        Pass(String kernel) {
            this.kernel = kernel;
        }
    }

    /**
     * How a pass is cut into blocks.
     *
     * @param tensorCores whether products run on tensor cores
     * @param rows rows of a block
     * @param others rows of a tile of the other side
     * @param width columns of a tile
     * @param sharedBytes the shared memory that it takes
     */
    private record Blocks(boolean tensorCores, int rows, int others, int width, int sharedBytes) {
        int threads() {
            return tensorCores ? 128 : 4 * rows;
        }

        /** Those of {@code attentionmma.cuh}, for 16-bit elements. */
        static Blocks onTensorCores(Pass pass, int width) {
            if (pass == Pass.FORWARD) {
                return new Blocks(true, 64, 64, width, Short.BYTES * 3 * 64 * (width + 8));
            }
            int others = width == NARROW ? 64 : 32;
            int stored = 3 * Float.BYTES * others;
            return new Blocks(true, 64, others, width, Short.BYTES * 2 * (64 + others) * (width + 8) + stored);
        }

        /** Those of {@code attention.cuh}; before compute capability 8, a block has 64 KiB of shared memory at most. */
        static Blocks inFloats(Pass pass, int width, boolean large) {
            int rows = width == NARROW ? 64 : 32;
            if (pass == Pass.FORWARD) {
                return new Blocks(false, rows, rows, width, Float.BYTES * 3 * rows * width);
            }
            int others = width == NARROW || large ? 32 : 16;
            int weights = pass == Pass.TO_KEYS ? 2 : 1;
            int floats = 2 * (rows + others) * width + weights * rows * others;
            return new Blocks(false, rows, others, width, Float.BYTES * floats);
        }
    }

    /** A program: a pass over elements of a dtype. */
    private record Key(DType dtype, Pass pass, Blocks blocks) {}

    /** The kernel of attention, if there is one for these operands. */
    public static Optional<Composite.Kernel> attention(boolean causal, double scale, List<TensorType> inputs) {
        return suits(inputs) ? Optional.of(in -> forward(isRecent(in[0]), causal, scale, in)) : Optional.empty();
    }

    /** The kernel of the derivative of attention, if there is one for these operands. */
    public static Optional<Composite.Kernel> gradient(boolean causal, double scale, List<TensorType> inputs) {
        return suits(inputs) ? Optional.of(in -> backward(isRecent(in[0]), causal, scale, in)) : Optional.empty();
    }

    private static boolean suits(List<TensorType> inputs) {
        boolean element = switch (inputs.get(0).dtype()) {
            case F32, BF16, F16 -> true;
            case F64, I64, I32, I16, I8, U8, BOOL -> false;
        };
        return element
                && inputs.stream().noneMatch(t -> t.shape().isEmpty())
                && inputs.get(0).shape().size(-1) <= WIDEST
                && inputs.get(2).shape().size(-1) <= WIDEST;
    }

    /** Whether a tensor's GPU has tensor cores for sums in single precision, of compute capability 8.0. */
    private static boolean isRecent(ConcreteTensor x) {
        int ordinal = ((Device.Cuda) x.device()).ordinal();
        return NativeLibraries.cuda().gpus().get(ordinal).major() >= 8;
    }

    /**
     * The results of attention.
     *
     * @param recent whether to take what GPUs have from compute capability 8.0 on
     */
    static ConcreteTensor[] forward(boolean recent, boolean causal, double scale, ConcreteTensor... in) {
        CudaDevice gpu = CudaDevice.of((Device.Cuda) in[0].device());
        Shape rows = in[0].shape().withSize(-1, 1);
        ConcreteTensor[] out = new ConcreteTensor[3];
        boolean done = false;
        try (Operands operands = new Operands(gpu, in[0], in[1], in[2], in.length > 3 ? in[3] : null, null)) {
            out[0] = gpu.allocate(
                    in[0].dtype(), in[0].shape().withSize(-1, in[2].shape().size(-1)));
            out[1] = gpu.allocate(DType.F32, rows);
            out[2] = gpu.allocate(DType.F32, rows);
            long[] results = {out[1].address(), out[2].address(), out[0].address(), 0, 0, 0, 0, 0};
            operands.run(Pass.FORWARD, recent, results, causal, scale);
            done = true;
            return out;
        } finally {
            closeUnless(done, out);
        }
    }

    /** What flows to queries, keys and values; see {@link #forward}. */
    static ConcreteTensor[] backward(boolean recent, boolean causal, double scale, ConcreteTensor... in) {
        CudaDevice gpu = CudaDevice.of((Device.Cuda) in[0].device());
        int n = in.length - 4;
        ConcreteTensor[] out = new ConcreteTensor[3];
        ConcreteTensor[] rows = new ConcreteTensor[3];
        boolean done = false;
        try (Operands operands = new Operands(gpu, in[0], in[1], in[2], n > 3 ? in[3] : null, in[n + 2])) {
            for (int i = 0; i < out.length; i++) {
                out[i] = gpu.allocate(in[i].dtype(), in[i].shape());
                rows[i] = gpu.contiguous(in[i == 2 ? n + 3 : n + i]);
            }
            long[] results = {
                rows[0].address(),
                rows[1].address(),
                0,
                operands.g(),
                rows[2].address(),
                out[0].address(),
                out[1].address(),
                out[2].address()
            };
            operands.run(Pass.TO_QUERIES, recent, results, causal, scale);
            operands.run(Pass.TO_KEYS, recent, results, causal, scale);
            done = true;
            return out;
        } finally {
            for (int i = 0; i < rows.length; i++) {
                closeUnless(rows[i] == in[i == 2 ? n + 3 : n + i], rows[i]);
            }
            closeUnless(done, out);
        }
    }

    private static void closeUnless(boolean kept, @Nullable ConcreteTensor... tensors) {
        for (ConcreteTensor tensor : tensors) {
            if (!kept && tensor != null) {
                tensor.close();
            }
        }
    }

    /** Queries, keys, values, mask and cotangent with neighbouring columns and few axes of batches; where they have not, copies. */
    private static final class Operands implements AutoCloseable {
        private static final int MASK = 3;
        private static final int G = 4;

        private final CudaDevice gpu;
        private final @Nullable ConcreteTensor[] given;
        private final @Nullable ConcreteTensor[] used;
        private MergedAxes batches;

        Operands(
                CudaDevice gpu,
                ConcreteTensor q,
                ConcreteTensor k,
                ConcreteTensor v,
                @Nullable ConcreteTensor mask,
                @Nullable ConcreteTensor g) {
            this.gpu = gpu;
            given = new ConcreteTensor[] {q, k, v, mask, g};
            used = given.clone();
            boolean done = false;
            try {
                for (int i = 0; i < used.length; i++) {
                    ConcreteTensor x = used[i];
                    if (i != MASK
                            && x != null
                            && x.shape().size(-1) > 1
                            && x.layout().stride(x.shape().rank() - 1) != 1) {
                        used[i] = CudaCopies.copy(gpu, x);
                    }
                }
                batches = merged();
                if (batches.rank() > AXES) {
                    for (int i = 0; i < used.length; i++) {
                        ConcreteTensor x = used[i];
                        if (x != null && !x.isContiguous()) {
                            ConcreteTensor copy = CudaCopies.copy(gpu, x);
                            closeUnless(x == given[i], x);
                            used[i] = copy;
                        }
                    }
                    batches = merged();
                }
                done = true;
            } finally {
                if (!done) {
                    close();
                }
            }
        }

        private MergedAxes merged() {
            long[] sizes = required(0).shape().toArray();
            Shape batch = Shape.of(Arrays.copyOf(sizes, sizes.length - 2));
            Layout[] layouts = new Layout[used.length];
            for (int i = 0; i < used.length; i++) {
                ConcreteTensor x = used[i];
                long[] strides = x == null ? new long[batch.rank()] : x.layout().strides();
                layouts[i] = Layout.strided(batch, Arrays.copyOf(strides, batch.rank()), 0);
            }
            return MergedAxes.of(batch, layouts);
        }

        private ConcreteTensor required(int i) {
            return Objects.requireNonNull(used[i]);
        }

        private static long address(@Nullable ConcreteTensor x) {
            return x == null ? 0 : x.address();
        }

        private static long stride(@Nullable ConcreteTensor x, int back) {
            return x == null ? 0 : x.layout().stride(x.shape().rank() - back);
        }

        long g() {
            return address(used[G]);
        }

        /** Whether every row begins at a multiple of 16 bytes. */
        private boolean vectors() {
            boolean all = true;
            for (int i = 0; i < used.length; i++) {
                ConcreteTensor x = used[i];
                if (i == MASK || x == null) {
                    continue;
                }
                long bytes = x.dtype().bytes();
                all &= x.address() % ACCESS == 0;
                all &= x.shape().size(-2) == 1 || stride(x, 2) * bytes % ACCESS == 0;
                for (long stride : batches.strides()[i]) {
                    all &= stride * bytes % ACCESS == 0;
                }
            }
            return all;
        }

        /** Starts a pass; {@code results} are the addresses from {@code shift} on in the kernels' structure. */
        void run(Pass pass, boolean recent, long[] results, boolean causal, double scale) {
            ConcreteTensor q = required(0);
            ConcreteTensor v = required(2);
            ConcreteTensor mask = used[MASK];
            Kind kind = mask == null ? Kind.NONE : mask.dtype() == DType.BOOL ? Kind.BOOLEAN : Kind.ADDITIVE;
            long queries = q.shape().size(-2);
            long keys = v.shape().size(-2);
            long count = q.shape().elements() / (queries * q.shape().size(-1));
            long[] arguments = new long[27 + AXES + AXES * used.length];
            int at = 0;
            for (int i = 0; i <= MASK; i++) {
                arguments[at++] = address(used[i]);
            }
            System.arraycopy(results, 0, arguments, at, results.length);
            at += results.length;
            long[] numbers = {
                count,
                queries,
                keys,
                q.shape().size(-1),
                v.shape().size(-1),
                stride(q, 2),
                stride(used[1], 2),
                stride(v, 2),
                stride(used[G], 2),
                stride(mask, 2),
                stride(mask, 1),
                kind.ordinal(),
                causal ? 1 : 0,
                vectors() ? 1 : 0,
                Double.doubleToRawLongBits(scale)
            };
            System.arraycopy(numbers, 0, arguments, at, numbers.length);
            at += numbers.length;
            Arrays.fill(arguments, at, at + AXES, 1);
            System.arraycopy(batches.sizes(), 0, arguments, at, batches.rank());
            at += AXES;
            for (long[] strides : batches.strides()) {
                System.arraycopy(strides, 0, arguments, at, strides.length);
                at += AXES;
            }
            DType dtype = q.dtype();
            Blocks blocks =
                    blocks(pass, recent, Math.max(q.shape().size(-1), v.shape().size(-1)));
            Kernel kernel =
                    gpu.kernel(new Key(dtype, pass, blocks), pass.kernel, () -> program(CType.of(dtype), pass, blocks));
            CudaDriver.allowDynamicShared(kernel.function(), blocks.sharedBytes());
            long tasks = count * Math.ceilDiv(pass == Pass.TO_KEYS ? keys : queries, blocks.rows());
            gpu.launch(kernel, Math.min(tasks, MOST_BLOCKS), blocks.threads(), blocks.sharedBytes(), arguments);
        }

        private Blocks blocks(Pass pass, boolean recent, long columns) {
            int width = columns <= NARROW ? NARROW : WIDEST;
            return recent && required(0).dtype().isNarrow()
                    ? Blocks.onTensorCores(pass, width)
                    : Blocks.inFloats(pass, width, recent);
        }

        @Override
        public void close() {
            for (int i = 0; i < used.length; i++) {
                closeUnless(used[i] == given[i], used[i]);
            }
        }
    }

    private static String program(String type, Pass pass, Blocks blocks) {
        String sizes = blocks.tensorCores()
                ? type + ", " + blocks.others() + ", " + blocks.width()
                : type + ", " + blocks.rows() + ", " + blocks.others() + ", " + blocks.width();
        String where = blocks.tensorCores() ? "OnTensorCores" : "";
        String body = switch (pass) {
            case FORWARD -> "attention%s<%s>".formatted(where, sizes);
            case TO_QUERIES -> "attentionGradient%s<%s, false>".formatted(where, sizes);
            case TO_KEYS -> "attentionGradient%s<%s, true>".formatted(where, sizes);
        };
        return """
                #include "%s"
                extern __shared__ __align__(16) float tiles[];
                extern "C" __global__ void __launch_bounds__(%d, 2) %s(const Attention a) {
                    %s(a, tiles);
                }
                """.formatted(
                blocks.tensorCores() ? "attentionmma.cuh" : "attention.cuh", blocks.threads(), pass.kernel, body);
    }
}
