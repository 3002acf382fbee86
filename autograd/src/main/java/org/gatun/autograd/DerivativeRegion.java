package org.gatun.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.Expr;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.ScalarTypes;
import org.gatun.tensor.ir.UnaryFn;
import org.gatun.tensor.trace.Dispatch;
import org.gatun.tensor.trace.RegionTrace;
import org.gatun.tensor.trace.Traced;
import org.jspecify.annotations.Nullable;

/**
 * The derivative of an elementwise operation as a region: all wanted gradients, or all tangents, in one pass over memory. Made
 * once for each operation, dtypes, and choice of operands, by tracing {@link DiagonalRules}.
 *
 * <p>Its arguments are among the operands, then the results, then the seeds (cotangents of the results in reverse mode, tangents
 * of the operands in forward mode). {@link #reads} tells which; the tape saves no others.
 */
final class DerivativeRegion {
    /**
     * What a region is made for. {@code wanted} are the active operands, {@code seeded} the results or operands with a seed.
     * Nobody changes the sets once they are here.
     */
    private record Key(Op.Diagonal op, List<DType> operands, BitSet wanted, BitSet seeded, boolean reverse) {}

    private static final int MOST_KEPT = 4096;
    private static final ConcurrentHashMap<Key, DerivativeRegion> KNOWN = new ConcurrentHashMap<>();

    private static final int DTYPES = DType.values().length;

    // The pullbacks of single functions, found without a search: by function, dtype and wanted operands. Filled without
    // a lock: one that two
    // threads make at once is the same twice.
    private static final @Nullable DerivativeRegion[] UNARY =
            new @Nullable DerivativeRegion[UnaryFn.values().length * DTYPES];
    private static final @Nullable DerivativeRegion[] BINARY =
            new @Nullable DerivativeRegion[BinaryFn.values().length * DTYPES * 4];

    private final Op.@Nullable Fused program;
    private final int[] arguments;
    private final boolean[] reads;

    /** For each result: the number of the program's result, -1 for none, or -2 - n for argument n as it is. */
    private final int[] results;

    private DerivativeRegion(Op.@Nullable Fused program, int[] arguments, boolean[] reads, int[] results) {
        this.program = program;
        this.arguments = arguments;
        this.reads = reads;
        this.results = results;
    }

    /** The pullback: from cotangents of the results in {@code seeded} to those of the operands in {@code wanted}. */
    static DerivativeRegion vjp(Op.Diagonal op, DType[] operands, boolean[] wanted, boolean[] seeded) {
        return switch (op) {
            case Op.Unary u -> kept(UNARY, u.fn().ordinal(), op, operands, wanted, seeded);
            case Op.Binary b -> {
                int which = (wanted[0] ? 2 : 0) + (wanted[1] ? 1 : 0);
                yield kept(BINARY, b.fn().ordinal() * 4 + which, op, operands, wanted, seeded);
            }
            case Op.Select s -> found(op, operands, wanted, seeded);
            case Op.Fused f -> found(op, operands, wanted, seeded);
        };
    }

    /** The region of a function of operands of one dtype, whose only result has a cotangent. */
    private static DerivativeRegion kept(
            @Nullable DerivativeRegion[] table,
            int row,
            Op.Diagonal op,
            DType[] operands,
            boolean[] wanted,
            boolean[] seeded) {
        int place = row * DTYPES + operands[0].ordinal();
        DerivativeRegion known = table[place];
        if (known == null) {
            known = found(op, operands, wanted, seeded);
            table[place] = known;
        }
        return known;
    }

    private static DerivativeRegion found(Op.Diagonal op, DType[] operands, boolean[] wanted, boolean[] seeded) {
        return of(new Key(op, List.of(operands), set(wanted), set(seeded), true));
    }

    private static BitSet set(boolean[] members) {
        BitSet set = new BitSet();
        for (int i = 0; i < members.length; i++) {
            set.set(i, members[i]);
        }
        return set;
    }

    /** The push-forward: from tangents of the operands in {@code wanted} to those of all results. */
    static DerivativeRegion jvp(Op.Diagonal op, List<DType> operands, BitSet wanted) {
        return of(new Key(op, operands, wanted, wanted, false));
    }

    /** How many regions are kept. */
    static int kept() {
        return KNOWN.size();
    }

    private static DerivativeRegion of(Key key) {
        DerivativeRegion known = KNOWN.get(key);
        if (known == null) {
            if (KNOWN.size() >= MOST_KEPT) {
                // Regions with ever new constants would fill the heap; those in use come back at once.
                KNOWN.clear();
            }
            known = trace(key);
            KNOWN.put(key, known);
        }
        return known;
    }

    /** Whether the region reads operand {@code i} (0 ...) or, counted on, result {@code i - operands}. */
    boolean reads(int i) {
        return reads[i];
    }

    /**
     * Runs the region.
     *
     * @param argument gives operands, results and seeds by their number; asked only for those that are read
     * @return a gradient for each operand, or a tangent for each result; null where it is 0
     */
    @Nullable
    Tensor[] run(IntFunction<Tensor> argument) {
        Tensor[] outputs = null;
        if (program != null) {
            Tensor[] inputs = new Tensor[arguments.length];
            for (int i = 0; i < inputs.length; i++) {
                inputs[i] = argument.apply(arguments[i]);
            }
            outputs = Dispatch.bindAll(program, inputs);
        }
        @Nullable Tensor[] out = new Tensor[results.length];
        for (int i = 0; i < out.length; i++) {
            if (results[i] >= 0 && outputs != null) {
                out[i] = outputs[results[i]];
            } else if (results[i] <= -2) {
                out[i] = argument.apply(-2 - results[i]);
            }
        }
        return out;
    }

    private static DerivativeRegion trace(Key key) {
        Expr forward = forward(key.op, key.operands);
        int n = key.operands.size();
        int m = forward.outputs().size();
        var types = new ArrayList<>(key.operands);
        for (int o : forward.outputs()) {
            types.add(forward.dtype(o));
        }
        for (int s = 0; s < (key.reverse ? m : n); s++) {
            types.add(key.reverse ? forward.dtype(forward.outputs().get(s)) : key.operands.get(s));
        }
        int count = key.reverse ? n : m;
        boolean[] present = new boolean[count];
        Function<List<Tensor>, List<Tensor>> body = in -> {
            Tensor[] values = replay(forward, in);
            @Nullable
            Tensor[] out = key.reverse
                    ? reverse(forward, values, in.subList(n + m, in.size()), key.wanted, key.seeded)
                    : forward(forward, values, in.subList(n + m, in.size()), key.wanted);
            var given = new ArrayList<Tensor>();
            for (int i = 0; i < count; i++) {
                Tensor t = out[i];
                if (t != null) {
                    present[i] = true;
                    given.add(t);
                }
            }
            return given;
        };
        return shrink(RegionTrace.trace(types, body), present, n + m);
    }

    /** Leaves out the arguments that are not read, and the results that are arguments as they are. */
    private static DerivativeRegion shrink(Expr full, boolean[] present, int saved) {
        int n = full.inputs().size();
        int[] results = new int[present.length];
        Arrays.fill(results, -1);
        var computed = new ArrayList<Integer>();
        boolean[] read = new boolean[n];
        int next = 0;
        for (int i = 0; i < present.length; i++) {
            if (present[i]) {
                int value = full.outputs().get(next++);
                if (value < n) {
                    results[i] = -2 - value;
                    read[value] = true;
                } else {
                    results[i] = computed.size();
                    computed.add(value);
                }
            }
        }
        Op.Fused program = null;
        int[] arguments = new int[0];
        if (!computed.isEmpty()) {
            Expr needed = new Expr(full.inputs(), full.nodes(), computed);
            arguments = IntStream.range(0, n).filter(needed::uses).toArray();
            for (int a : arguments) {
                read[a] = true;
            }
            program = new Op.Fused(renumbered(needed, arguments));
        }
        return new DerivativeRegion(program, arguments, Arrays.copyOf(read, saved), results);
    }

    private static Expr renumbered(Expr expr, int[] arguments) {
        List<DType> types =
                Arrays.stream(arguments).mapToObj(expr.inputs()::get).toList();
        return RegionTrace.trace(types, in -> {
            Tensor[] inputs = new Tensor[expr.inputs().size()];
            // Arguments that are not read need a value of the right dtype all the same; any will do.
            for (int i = 0; i < inputs.length; i++) {
                inputs[i] = in.get(0).to(expr.inputs().get(i));
            }
            for (int i = 0; i < arguments.length; i++) {
                inputs[arguments[i]] = in.get(i);
            }
            return List.of(Dispatch.bindAll(new Op.Fused(expr), inputs));
        });
    }

    /** Any elementwise operation as a program. */
    private static Expr forward(Op.Diagonal op, List<DType> operands) {
        return switch (op) {
            case Op.Fused fused -> fused.expr();
            case Op.Unary unary -> single(unary, operands);
            case Op.Binary binary -> single(binary, operands);
            case Op.Select select -> single(select, operands);
        };
    }

    private static Expr single(Op.Scalar op, List<DType> operands) {
        int n = operands.size();
        var apply = new Expr.Apply(
                op, 0, n > 1 ? 1 : -1, n > 2 ? 2 : -1, ScalarTypes.result(op, operands.toArray(DType[]::new)));
        return new Expr(operands, List.of(apply), List.of(n));
    }

    /** All values of the program; results that are given as arguments are used instead of being computed again. */
    private static Tensor[] replay(Expr expr, List<Tensor> in) {
        int n = expr.inputs().size();
        Tensor[] values = new Tensor[n + expr.nodes().size()];
        for (int i = 0; i < n; i++) {
            values[i] = in.get(i);
        }
        for (int i = 0; i < expr.nodes().size(); i++) {
            int value = n + i;
            int output = expr.outputs().indexOf(value);
            values[value] = output >= 0
                    ? in.get(n + output)
                    : switch (expr.nodes().get(i)) {
                        case Expr.Constant c -> constant(in, c);
                        case Expr.Apply a -> {
                            int operands = a.b() < 0 ? 1 : a.c() < 0 ? 2 : 3;
                            Tensor[] inputs = new Tensor[operands];
                            inputs[0] = values[a.a()];
                            if (operands > 1) {
                                inputs[1] = values[a.b()];
                            }
                            if (operands > 2) {
                                inputs[2] = values[a.c()];
                            }
                            yield Dispatch.bind(a.op(), inputs);
                        }
                    };
        }
        return values;
    }

    private static Tensor constant(List<Tensor> in, Expr.Constant c) {
        var like = (Traced) in.get(0);
        return c.dtype().isFloating() ? like.constant(c.dtype(), c.value()) : like.constant(c.dtype(), c.bits());
    }

    private static @Nullable Tensor[] reverse(
            Expr expr, Tensor[] values, List<Tensor> seeds, BitSet wanted, BitSet seeded) {
        int n = expr.inputs().size();
        boolean[] active = active(expr, wanted);
        @Nullable Tensor[] cotangent = new Tensor[values.length];
        for (int o = 0; o < expr.outputs().size(); o++) {
            if (seeded.get(o)) {
                add(cotangent, expr.outputs().get(o), seeds.get(o));
            }
        }
        for (int i = expr.nodes().size() - 1; i >= 0; i--) {
            Tensor v = cotangent[n + i];
            if (v != null && active[n + i] && expr.nodes().get(i) instanceof Expr.Apply a) {
                for (int k = 0; k < 3; k++) {
                    int operand = operand(a, k);
                    if (operand >= 0 && active[operand]) {
                        Tensor g = partial(a, k, values, values[n + i], v, expr.dtype(operand));
                        if (g != null) {
                            add(cotangent, operand, g);
                        }
                    }
                }
            }
        }
        @Nullable Tensor[] out = new Tensor[n];
        for (int i = 0; i < n; i++) {
            out[i] = wanted.get(i) ? cotangent[i] : null;
        }
        return out;
    }

    private static @Nullable Tensor[] forward(Expr expr, Tensor[] values, List<Tensor> seeds, BitSet wanted) {
        int n = expr.inputs().size();
        @Nullable Tensor[] tangent = new Tensor[values.length];
        for (int i = 0; i < n; i++) {
            tangent[i] = wanted.get(i) ? seeds.get(i) : null;
        }
        for (int i = 0; i < expr.nodes().size(); i++) {
            if (expr.nodes().get(i) instanceof Expr.Apply a) {
                for (int k = 0; k < 3; k++) {
                    int operand = operand(a, k);
                    Tensor v = operand < 0 ? null : tangent[operand];
                    if (v != null) {
                        Tensor t = partial(a, k, values, values[n + i], v, a.dtype());
                        if (t != null) {
                            add(tangent, n + i, t);
                        }
                    }
                }
            }
        }
        return expr.outputs().stream().map(o -> tangent[o]).toArray(Tensor[]::new);
    }

    /** The partial derivative of a node by its k-th operand, applied to v; for a conversion, v converted to {@code target}. */
    private static @Nullable Tensor partial(Expr.Apply a, int k, Tensor[] values, Tensor y, Tensor v, DType target) {
        return switch (a.op()) {
            case Op.Unary u -> DiagonalRules.unary(u.fn(), values[a.a()], y, v);
            case Op.Binary b ->
                k == 0
                        ? DiagonalRules.left(b.fn(), values[a.a()], values[a.b()], y, v)
                        : DiagonalRules.right(b.fn(), values[a.a()], values[a.b()], y, v);
            case Op.Select s -> k == 1 ? values[a.a()].where(v, v.fullLike(0)) : values[a.a()].where(v.fullLike(0), v);
            case Op.Cast c -> target.isFloating() ? v.to(target) : null;
            case Op.Compare c -> null;
            case Op.Logic l -> null;
            case Op.Not not -> null;
        };
    }

    private static int operand(Expr.Apply a, int k) {
        return k == 0 ? a.a() : k == 1 ? a.b() : a.c();
    }

    /** Which values depend on a wanted operand through floating values. */
    private static boolean[] active(Expr expr, BitSet wanted) {
        int n = expr.inputs().size();
        boolean[] active = new boolean[n + expr.nodes().size()];
        for (int i = 0; i < n; i++) {
            active[i] = wanted.get(i);
        }
        for (int i = 0; i < expr.nodes().size(); i++) {
            if (expr.nodes().get(i) instanceof Expr.Apply a && a.dtype().isFloating()) {
                active[n + i] = active[a.a()] || (a.b() >= 0 && active[a.b()]) || (a.c() >= 0 && active[a.c()]);
            }
        }
        return active;
    }

    private static void add(@Nullable Tensor[] sums, int value, Tensor term) {
        Tensor known = sums[value];
        sums[value] = known == null ? term : known.add(term);
    }
}
