package org.gatun.tensor.cuda;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Expr;
import org.gatun.tensor.ir.Op;

/**
 * Prints the program of an elementwise region as CUDA C: a function of one element, and kernels that call it for all elements.
 *
 * <p>The kernel {@code dense} takes operands and results that lie row by row, and operands of one element; it moves 16 bytes of the
 * widest type at a time where all addresses allow. The kernel {@code strided} takes any strides. The kernel {@code each} takes many lists of
 * dense operands and results, see {@link CudaForEach}.
 */
final class RegionSource {
    /** The number of axes that the {@code strided} kernel of {@link #both} takes. */
    static final int COMMON_RANK = 2;

    /** Regions of so few operations take no more time to compute than to read. */
    private static final int LIGHT = 8;

    private final Expr expr;
    private final StringBuilder text = new StringBuilder();

    private RegionSource(Expr expr) {
        this.expr = expr;
    }

    /** The program with both kernels for operands without single ones: {@code strided} for two axes and indices of 32 bits. */
    static String both(Expr expr) {
        var source = new RegionSource(expr);
        source.begin();
        source.dense(Collections.nCopies(expr.inputs().size(), false));
        source.strided(COMMON_RANK, "u32");
        return source.text.toString();
    }

    /**
     * The program with the kernel {@code dense}.
     *
     * @param single for each input, whether all its elements are one in memory
     */
    static String dense(Expr expr, List<Boolean> single) {
        var source = new RegionSource(expr);
        source.begin();
        source.dense(single);
        return source.text.toString();
    }

    /**
     * The program with the kernel {@code strided}.
     *
     * @param rank the number of axes
     * @param wide whether indices need 64 bits
     */
    static String strided(Expr expr, int rank, boolean wide) {
        var source = new RegionSource(expr);
        source.begin();
        source.strided(rank, wide ? "i64" : "u32");
        return source.text.toString();
    }

    /**
     * The program with the kernel {@code each}.
     *
     * @param table where the operands and results of each list are
     */
    static String each(Expr expr, CudaForEach.Table table) {
        var source = new RegionSource(expr);
        source.begin();
        source.each(table);
        return source.text.toString();
    }

    /**
     * The program with the kernels {@code parts}, which sums a region's one result over each chunk, and {@code totals}, which joins the parts of each
     * list.
     *
     * @param table where the operands of each list are
     */
    static String sums(Expr expr, CudaForEach.Table table) {
        var source = new RegionSource(expr);
        source.begin("reduce.cuh");
        source.sums(table);
        return source.text.toString();
    }

    /** Whether the region may find an operand that it has no result for, such as a divisor of 0. */
    static boolean canFault(Expr expr) {
        return expr.nodes().stream()
                .anyMatch(node ->
                        node instanceof Expr.Apply apply && ScalarText.canFault(apply.op(), expr.dtype(apply.a())));
    }

    /** How many elements {@code dense} moves at a time: 16 bytes of the widest type. */
    static int vector(Expr expr) {
        int widest = 1;
        for (DType input : expr.inputs()) {
            widest = Math.max(widest, input.bytes());
        }
        for (int output : expr.outputs()) {
            widest = Math.max(widest, expr.dtype(output).bytes());
        }
        return 16 / widest;
    }

    private int inputs() {
        return expr.inputs().size();
    }

    private int outputs() {
        return expr.outputs().size();
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is in a library that the core does not depend on
    private RegionSource line(String format, Object... arguments) {
        text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
        return this;
    }

    private String type(int value) {
        return CType.of(expr.dtype(value));
    }

    private String resultType(int output) {
        return type(expr.outputs().get(output));
    }

    /** Includes, and the function of one element. */
    private void begin(String... more) {
        Set<String> includes = new TreeSet<>(Set.of("numbers.cuh", "elementwise.cuh", "faults.cuh"));
        includes.addAll(List.of(more));
        for (Expr.Node node : expr.nodes()) {
            if (node instanceof Expr.Apply apply) {
                includes.addAll(ScalarText.includes(apply.op()));
            }
        }
        text.append(KernelText.includes(includes));
        var parameters = new StringBuilder();
        for (int i = 0; i < inputs(); i++) {
            parameters.append("const ").append(type(i)).append(" x").append(i).append(", ");
        }
        for (int r = 0; r < outputs(); r++) {
            parameters.append(resultType(r)).append("& r").append(r).append(", ");
        }
        line("static __device__ __forceinline__ void element(%sconst Faults faults) {", parameters);
        for (int i = 0; i < inputs(); i++) {
            if (expr.uses(i)) {
                line("    const auto v%d = toWide(x%d);", i, i);
            }
        }
        for (int k = 0; k < expr.nodes().size(); k++) {
            int value = inputs() + k;
            String type = CType.arithmetic(expr.dtype(value));
            switch (expr.nodes().get(k)) {
                case Expr.Constant constant -> line("    const %s v%d = %s;", type, value, literal(constant));
                case Expr.Apply apply -> line("    const %s v%d = %s;", type, value, expression(apply));
            }
        }
        for (int r = 0; r < outputs(); r++) {
            line(
                    "    r%d = fromWide<%s>(v%d);",
                    r, resultType(r), expr.outputs().get(r));
        }
        line("}");
    }

    private String expression(Expr.Apply apply) {
        int[] operands = {apply.a(), apply.b(), apply.c()};
        String[] names = new String[apply.op().arity()];
        for (int i = 0; i < names.length; i++) {
            names[i] = "v" + operands[i];
        }
        // The operands' dtype: of a choice that of the alternatives.
        int typed = apply.op() instanceof Op.Select ? apply.b() : apply.a();
        return ScalarText.expression(apply.op(), expr.dtype(typed), apply.dtype(), names);
    }

    /** The constant's very bits. */
    private static String literal(Expr.Constant constant) {
        return switch (constant.dtype()) {
            case F64 -> "__longlong_as_double(0x" + Long.toHexString(constant.bits()) + "ll)";
            case F32 -> single((float) constant.value());
            case BF16 -> "rounded<bf16>(" + single((float) constant.value()) + ")";
            case F16 -> "rounded<f16>(" + single((float) constant.value()) + ")";
            case I64, I32, I16, I8, U8 ->
                "(" + CType.of(constant.dtype()) + ")0x" + Long.toHexString(constant.bits()) + "ll";
            case BOOL -> constant.bits() != 0 ? "true" : "false";
        };
    }

    private static String single(float value) {
        return "__int_as_float(0x" + Integer.toHexString(Float.floatToRawIntBits(value)) + ")";
    }

    /** The structure of arguments begins with the elements' number, the faults' record and site, and the addresses. */
    private void arguments(String name, String rest) {
        line("struct %s {", name);
        line("    i64 n;");
        line("    FaultRecord* faults;");
        line("    i64 site;");
        for (int i = 0; i < inputs(); i++) {
            line("    const %s* x%d;", type(i), i);
        }
        for (int r = 0; r < outputs(); r++) {
            line("    %s* r%d;", resultType(r), r);
        }
        text.append(rest);
        line("};");
    }

    private void dense(List<Boolean> single) {
        arguments("Dense", "    i64 vectors;\n");
        line("extern \"C\" __global__ void __launch_bounds__(256) dense(const Dense a) {");
        line("    const Faults faults{a.faults, a.site};");
        line("    const i64 step = (i64)gridDim.x * blockDim.x;");
        line("    const i64 first = (i64)blockIdx.x * blockDim.x + threadIdx.x;");
        for (int i = 0; i < inputs(); i++) {
            if (single.get(i)) {
                line("    const %s s%d = *a.x%d;", type(i), i, i);
            }
        }
        loops(single, vector(expr), "a.", "    ", "i64", "first", "step", "a.vectors", "a.n");
        line("}");
    }

    /**
     * The loops over dense elements, 16 bytes at a time and then one by one.
     *
     * @param single for each input, whether it is the one element {@code s}
     * @param lanes how many elements are moved at a time
     * @param of what stands before the names of the other operands and the results
     * @param index the type of indices
     * @param first the thread's first index
     * @param step how far its next one is
     * @param vectors how many times 16 bytes there are
     * @param n how many elements there are
     */
    private void loops(
            List<Boolean> single,
            int lanes,
            String of,
            String indent,
            String index,
            String first,
            String step,
            String vectors,
            String n) {
        int batch = batch();
        line("%sfor (%s i = %s; i < %s; i += %d * %s) {", indent, index, first, vectors, batch, step);
        for (int u = 0; u < batch; u++) {
            // Behind the end the first is read again, without a branch.
            line(
                    "%s    const %s i%d = i + %d * %s < %s ? i + %d * %s : i;",
                    indent, index, u, u, step, vectors, u, step);
            for (int i = 0; i < inputs(); i++) {
                if (!single.get(i)) {
                    line("%s    const auto v%d_%d = loadVector<%d>(%sx%d, i%d);", indent, i, u, lanes, of, i, u);
                }
            }
        }
        for (int u = 0; u < batch; u++) {
            line("%s    if (i + %d * %s < %s) {", indent, u, step, vectors);
            for (int r = 0; r < outputs(); r++) {
                line("%s        Vec<%s, %d> w%d;", indent, resultType(r), lanes, r);
            }
            line("#pragma unroll");
            line("%s        for (int k = 0; k < %d; k++) {", indent, lanes);
            line("%s            %s", indent, call(single, "s%d", "v%d_" + u + ".at[k]", "w%d.at[k]"));
            line("%s        }", indent);
            for (int r = 0; r < outputs(); r++) {
                line("%s        storeVector<%d>(%sr%d, i%d, w%d);", indent, lanes, of, r, u, r);
            }
            line("%s    }", indent);
        }
        line("%s}", indent);
        line("%sfor (%s i = %s * %d + %s; i < %s; i += %s) {", indent, index, vectors, lanes, first, n, step);
        for (int r = 0; r < outputs(); r++) {
            line("%s    %s w%d;", indent, resultType(r), r);
        }
        line("%s    %s", indent, call(single, "s%d", of + "x%d[i]", "w%d"));
        for (int r = 0; r < outputs(); r++) {
            line("%s    %sr%d[i] = w%d;", indent, of, r, r);
        }
        line("%s}", indent);
    }

    /** The kernel for many lists. */
    private void each(CudaForEach.Table table) {
        table("Each", table, "");
        line("extern \"C\" __global__ void __launch_bounds__(256) each(const Each a) {");
        List<Boolean> single = beginChunk(table);
        loops(single, lanes(table), "", "        ", "int", "threadIdx.x", "256", "vectors", "n");
        line("    }");
        line("}");
    }

    /** The structure of arguments, which {@link CudaForEach} writes. */
    private void table(String name, CudaForEach.Table table, String more) {
        line("struct %s {", name);
        line("    i64 chunks;");
        line("    i64 lists;");
        line("    FaultRecord* faults;");
        line("    i64 site;");
        text.append(more);
        for (int i = table.own(); i < inputs(); i++) {
            line("    const %s* x%d;", type(i), i);
        }
        line("    i64 end[%d];", table.lists());
        line("    i64 n[%d];", table.lists());
        for (int i = 0; i < table.own(); i++) {
            line("    %s* x%d[%d];", type(i), i, table.lists());
        }
        for (int r = 0; r < table.homes().size(); r++) {
            if (table.home(r) < 0) {
                line("    %s* r%d[%d];", resultType(r), r, table.lists());
            }
        }
        line("};");
    }

    /**
     * The shared operands, the loop over chunks, and in it the elements of the chunk: their number, how many times 16 bytes of them there
     * are, and where the list's operands and results begin.
     *
     * @return for each input, whether all lists share it
     */
    private List<Boolean> beginChunk(CudaForEach.Table table) {
        int lanes = lanes(table);
        List<Boolean> single = new ArrayList<>();
        line("    const Faults faults{a.faults, a.site};");
        for (int i = 0; i < inputs(); i++) {
            single.add(i >= table.own());
            if (single.get(i)) {
                line("    const %s s%d = *a.x%d;", type(i), i, i);
            }
        }
        line("    for (i64 chunk = blockIdx.x; chunk < a.chunks; chunk += gridDim.x) {");
        line("        int list = 0;");
        line("        for (int last = (int)a.lists - 1; list < last;) {");
        line("            const int middle = (list + last) / 2;");
        line("            const bool before = chunk < a.end[middle];");
        line("            last = before ? middle : last;");
        line("            list = before ? list : middle + 1;");
        line("        }");
        line("        const i64 begin = (chunk - (list == 0 ? 0 : a.end[list - 1])) * %d;", CudaForEach.CHUNK);
        line("        const i64 left = a.n[list] - begin;");
        line("        const int n = left < %1$d ? (int)left : %1$d;", CudaForEach.CHUNK);
        var aligned = new StringJoiner(" && ").setEmptyValue("true");
        for (int i = 0; i < table.own(); i++) {
            line("        %s* const x%d = a.x%d[list] + begin;", type(i), i, i);
            aligned.add(aligned("x" + i, lanes));
        }
        for (int r = 0; r < table.homes().size(); r++) {
            if (table.home(r) < 0) {
                line("        %s* const r%d = a.r%d[list] + begin;", resultType(r), r, r);
                aligned.add(aligned("r" + r, lanes));
            } else {
                line("        %s* const r%d = x%d;", resultType(r), r, table.home(r));
            }
        }
        line("        const int vectors = %s ? n / %d : 0;", aligned, lanes);
        return single;
    }

    /** How many elements of a list are moved at a time: 16 bytes of the widest type of its own. */
    private int lanes(CudaForEach.Table table) {
        int widest = 1;
        for (DType input : expr.inputs().subList(0, table.own())) {
            widest = Math.max(widest, input.bytes());
        }
        for (int r = 0; r < table.homes().size(); r++) {
            widest = Math.max(widest, expr.dtype(expr.outputs().get(r)).bytes());
        }
        return 16 / widest;
    }

    private static String aligned(String name, int lanes) {
        return String.format(Locale.ROOT, "(u64)%1$s %% (%2$d * sizeof(*%1$s)) == 0", name, lanes);
    }

    /** The kernels of the sums of many lists. */
    private void sums(CudaForEach.Table table) {
        int lanes = lanes(table);
        String result = resultType(0);
        table("Sums", table, String.format(Locale.ROOT, "    %1$s* parts;%n    %1$s* totals;%n", result));
        line("extern \"C\" __global__ void __launch_bounds__(256) parts(const Sums a) {");
        line("    typedef SumFold<%s> Fold;", result);
        line("    __shared__ %s shared[8];", result);
        List<Boolean> single = beginChunk(table);
        line("        %s sum[%d];", result, lanes);
        line("#pragma unroll");
        line("        for (int k = 0; k < %d; k++) {", lanes);
        line("            sum[k] = Fold::neutral();");
        line("        }");
        line("        %s w0;", result);
        line("        for (int i = threadIdx.x; i < vectors; i += 256) {");
        for (int i = 0; i < table.own(); i++) {
            line("            const auto v%d = loadVector<%d>(x%d, i);", i, lanes, i);
        }
        line("#pragma unroll");
        line("            for (int k = 0; k < %d; k++) {", lanes);
        line("                %s", call(single, "s%d", "v%d.at[k]", "w%d"));
        line("                sum[k] = Fold::join(sum[k], w0);");
        line("            }");
        line("        }");
        line("        for (int i = vectors * %d + threadIdx.x; i < n; i += 256) {", lanes);
        line("            %s", call(single, "s%d", "x%d[i]", "w%d"));
        line("            sum[0] = Fold::join(sum[0], w0);");
        line("        }");
        line("        const %s part = foldOfGroup<Fold>(joined<Fold, %d>(sum), 256, shared);", result, lanes);
        line("        if (threadIdx.x == 0) {");
        line("            a.parts[chunk] = part;");
        line("        }");
        line("    }");
        line("}");
        line("extern \"C\" __global__ void __launch_bounds__(256) totals(const Sums a) {");
        line("    typedef SumFold<%s> Fold;", result);
        line("    __shared__ %s shared[8];", result);
        line("    for (i64 list = blockIdx.x; list < a.lists; list += gridDim.x) {");
        line("        const i64 begin = list == 0 ? 0 : a.end[list - 1];");
        line("        %s sum = Fold::neutral();", result);
        line("        for (i64 i = begin + threadIdx.x; i < a.end[list]; i += 256) {");
        line("            sum = Fold::join(sum, a.parts[i]);");
        line("        }");
        line("        sum = foldOfGroup<Fold>(sum, 256, shared);");
        line("        if (threadIdx.x == 0) {");
        line("            a.totals[list] = begin == a.end[list] ? Fold::ofNothing() : sum;");
        line("        }");
        line("    }");
        line("}");
    }

    private String call(List<Boolean> single, String ofSingle, String ofDense, String outputs) {
        var list = new StringBuilder();
        for (int i = 0; i < inputs(); i++) {
            list.append(String.format(Locale.ROOT, single.get(i) ? ofSingle : ofDense, i))
                    .append(", ");
        }
        for (int r = 0; r < outputs(); r++) {
            list.append(String.format(Locale.ROOT, outputs, r)).append(", ");
        }
        return "element(" + list + "faults);";
    }

    private void strided(int rank, String index) {
        int operands = inputs() + outputs();
        arguments(
                "Strided",
                String.format(Locale.ROOT, "    i64 size[%d];%n    i64 stride[%d][%d];%n", rank, operands, rank));
        line("extern \"C\" __global__ void __launch_bounds__(256) strided(const Strided a) {");
        line("    const Faults faults{a.faults, a.site};");
        line("    const i64 step = (i64)gridDim.x * blockDim.x;");
        int batch = batch();
        line("    const i64 first = (i64)blockIdx.x * blockDim.x + threadIdx.x;");
        line("    for (i64 i = first; i < a.n; i += %d * step) {", batch);
        line("        i64 at[%d][%d] = {};", batch, operands);
        line("#pragma unroll");
        line("        for (int u = 0; u < %d; u++) {", batch);
        line("            %s rest = (%s)(i + u * step < a.n ? i + u * step : i);", index, index);
        line("#pragma unroll");
        line("            for (int axis = 0; axis < %d; axis++) {", rank);
        line("                const %s size = (%s)a.size[axis];", index, index);
        line("                const %s next = axis < %d ? rest / size : 0;", index, rank - 1);
        line("                const i64 place = (i64)(rest - next * size);");
        line("                rest = next;");
        line("#pragma unroll");
        line("                for (int k = 0; k < %d; k++) {", operands);
        line("                    at[u][k] += place * a.stride[k][axis];");
        line("                }");
        line("            }");
        line("        }");
        for (int u = 0; u < batch; u++) {
            for (int i = 0; i < inputs(); i++) {
                line("        const %s x%d_%d = a.x%d[at[%d][%d]];", type(i), i, u, i, u, i);
            }
        }
        for (int u = 0; u < batch; u++) {
            line("        if (%s) {", u == 0 ? "true" : "i + " + u + " * step < a.n");
            for (int r = 0; r < outputs(); r++) {
                line("            %s r%d;", resultType(r), r);
            }
            var list = new StringBuilder();
            for (int i = 0; i < inputs(); i++) {
                list.append('x').append(i).append('_').append(u).append(", ");
            }
            for (int r = 0; r < outputs(); r++) {
                list.append('r').append(r).append(", ");
            }
            line("            element(%sfaults);", list);
            for (int r = 0; r < outputs(); r++) {
                line("            a.r%d[at[%d][%d]] = r%d;", r, u, inputs() + r, r);
            }
            line("        }");
        }
        line("    }");
        line("}");
    }

    /**
     * How many reads of each operand a thread has on their way at once: several where little is computed and waiting for memory is most of
     * the time.
     */
    private int batch() {
        boolean light = expr.nodes().size() <= LIGHT
                && expr.nodes().stream()
                        .allMatch(node -> !(node instanceof Expr.Apply apply)
                                || ScalarText.includes(apply.op()).isEmpty());
        return light && inputs() > 0 ? 2 : 1;
    }
}
