package org.gatun.tensor.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.gatun.tensor.BFloat16;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Expr;
import org.gatun.tensor.ir.Op;
import org.jspecify.annotations.Nullable;

/**
 * An elementwise region made ready to run: a kernel for each node, the constants in memory, and a place in the scratch memory
 * for each intermediate value. Values that are not alive at the same time share a place.
 */
final class Program {
    /** A value without a place in the scratch memory: an input or a constant. */
    static final int NO_SLOT = -1;
    /** A value that is needed to the end of the block. */
    static final int FOREVER = Integer.MAX_VALUE;

    private static final int MOST_KEPT = 4096;
    private static final ConcurrentHashMap<Expr, Program> KEPT = new ConcurrentHashMap<>();

    /** The scratch memory and streams of one block should fit in the L1 and L2 caches beside each other. */
    private static final long BLOCK_BYTES = 128 * 1024;

    private static final int LARGEST_BLOCK = 4096;
    private static final int SMALLEST_BLOCK = 512;

    final Expr expr;
    final int inputs;
    final DType[] dtypes;
    final Step[] steps;
    /** The place of each value in the scratch memory. */
    final int[] slots;
    /** The number of places. */
    final int slotCount;
    /** The last step that reads each value. */
    final int[] lastUse;

    final int[] outputs;
    /** The address of each constant. */
    final long[] constants;
    /** The elements that are computed at a time. */
    final int block;
    /** The largest element of any value, in bytes. */
    final int widest;
    /** The work for each element, as {@link Cost} counts it. */
    final int cost;
    /** The fewest elements worth handing to another thread. */
    final long grain;

    /** With room for a masked vector load at the end (see {@link VectorSupport}). */
    private final MemorySegment constantMemory;

    private final boolean compiles;
    private volatile RegionVariant[] variants = {};

    private Program(Expr expr) {
        List<Expr.Node> nodes = expr.nodes();
        this.expr = expr;
        this.inputs = expr.inputs().size();
        int values = inputs + nodes.size();
        this.dtypes = new DType[values];
        Arrays.setAll(dtypes, expr::dtype);
        this.outputs = expr.outputs().stream().mapToInt(o -> o).toArray();
        this.constants = new long[values];
        this.constantMemory = Arena.ofAuto().allocate(8L * values + 64, 8);
        this.steps = steps(nodes);
        this.lastUse = lastUse();
        this.slots = new int[values];
        this.slotCount = assignSlots();
        this.widest = Arrays.stream(dtypes).mapToInt(DType::bytes).max().orElse(1);
        long streams = (long) (slotCount + inputs + outputs.length) * widest;
        this.block = (int) Math.clamp(Long.highestOneBit(BLOCK_BYTES / streams), SMALLEST_BLOCK, (long) LARGEST_BLOCK);
        this.cost = cost(nodes);
        this.grain = Cost.grain(cost);
        this.compiles = RegionTrainer.ENABLED && RegionCompiler.accepts(expr);
    }

    /** The program of a region, made once. */
    static Program of(Expr expr) {
        Program known = KEPT.get(expr);
        if (known == null) {
            if (KEPT.size() >= MOST_KEPT) {
                // Regions with ever new constants would fill the memory; those in use come back, block by block at
                // first.
                KEPT.clear();
            }
            known = KEPT.computeIfAbsent(expr, Program::new);
        }
        return known;
    }

    /**
     * The compiled loop of this program for a choice of single elements; null while there is none.
     *
     * @param single which values are one element for all places; kept
     * @param elements the elements of the run that asks
     */
    @Nullable
    RegionLoop loop(boolean[] single, long elements) {
        if (!compiles) {
            return null;
        }
        RegionVariant found = find(single);
        return (found == null ? add(single) : found).loopFor(elements);
    }

    /** The variants that have run. */
    List<RegionVariant> variants() {
        return List.of(variants);
    }

    private @Nullable RegionVariant find(boolean[] single) {
        for (RegionVariant variant : variants) {
            if (Arrays.equals(variant.single, single)) {
                return variant;
            }
        }
        return null;
    }

    private synchronized RegionVariant add(boolean[] single) {
        RegionVariant known = find(single);
        if (known == null) {
            known = new RegionVariant(this, single);
            RegionVariant[] more = Arrays.copyOf(variants, variants.length + 1);
            more[variants.length] = known;
            variants = more;
        }
        return known;
    }

    private Step[] steps(List<Expr.Node> nodes) {
        Step[] made = new Step[nodes.size()];
        int count = 0;
        for (int i = 0; i < made.length; i++) {
            int value = inputs + i;
            switch (nodes.get(i)) {
                case Expr.Constant constant -> store(constant, value);
                case Expr.Apply apply -> made[count++] = step(apply, value);
            }
        }
        return Arrays.copyOf(made, count);
    }

    private void store(Expr.Constant constant, int value) {
        long at = 8L * value;
        switch (constant.dtype()) {
            case F32 -> constantMemory.set(ValueLayout.JAVA_FLOAT, at, (float) constant.value());
            case F64 -> constantMemory.set(ValueLayout.JAVA_DOUBLE, at, constant.value());
            case BF16 -> constantMemory.set(ValueLayout.JAVA_SHORT, at, BFloat16.of((float) constant.value()));
            case F16 -> constantMemory.set(ValueLayout.JAVA_SHORT, at, Float.floatToFloat16((float) constant.value()));
            case I64 -> constantMemory.set(ValueLayout.JAVA_LONG, at, constant.bits());
            case I32 -> constantMemory.set(ValueLayout.JAVA_INT, at, (int) constant.bits());
            case I16 -> constantMemory.set(ValueLayout.JAVA_SHORT, at, (short) constant.bits());
            case I8, U8 -> constantMemory.set(ValueLayout.JAVA_BYTE, at, (byte) constant.bits());
            case BOOL -> constantMemory.set(ValueLayout.JAVA_BYTE, at, (byte) (constant.bits() != 0 ? 1 : 0));
        }
        constants[value] = constantMemory.address() + at;
    }

    private Step step(Expr.Apply apply, int out) {
        DType operand = dtypes[apply.a()];
        return switch (apply.op()) {
            case Op.Unary unary -> new Step.OfOne(ElementwiseKernels.unary(unary.fn(), operand), apply.a(), out);
            case Op.Not not -> new Step.OfOne(ElementwiseKernels.not(operand), apply.a(), out);
            case Op.Cast cast -> new Step.OfOne(ElementwiseKernels.cast(operand, cast.to()), apply.a(), out);
            case Op.Binary binary ->
                new Step.OfTwo(ElementwiseKernels.binary(binary.fn(), operand), apply.a(), apply.b(), out);
            case Op.Compare compare ->
                new Step.OfTwo(ElementwiseKernels.compare(compare.fn(), operand), apply.a(), apply.b(), out);
            case Op.Logic logic ->
                new Step.OfTwo(ElementwiseKernels.logic(logic.fn(), operand), apply.a(), apply.b(), out);
            case Op.Select select ->
                new Step.Choice(ElementwiseKernels.select(dtypes[apply.b()]), apply.a(), apply.b(), apply.c(), out);
        };
    }

    private int[] lastUse() {
        int[] last = new int[dtypes.length];
        Arrays.fill(last, -1);
        for (int i = 0; i < steps.length; i++) {
            switch (steps[i]) {
                case Step.OfOne s -> last[s.x()] = i;
                case Step.OfTwo s -> {
                    last[s.a()] = i;
                    last[s.b()] = i;
                }
                case Step.Choice s -> {
                    last[s.cond()] = i;
                    last[s.a()] = i;
                    last[s.b()] = i;
                }
            }
        }
        for (int output : outputs) {
            last[output] = FOREVER;
        }
        return last;
    }

    /** Gives each step's value a place: that of an operand it is the last to read, if their sizes agree, or any free one. */
    private int assignSlots() {
        Arrays.fill(slots, NO_SLOT);
        boolean[] taken = new boolean[steps.length];
        int count = 0;
        for (int i = 0; i < steps.length; i++) {
            int out = steps[i].out();
            release(i, dtypes[out].bytes(), true, taken);
            int free = 0;
            while (taken[free]) {
                free++;
            }
            taken[free] = true;
            slots[out] = free;
            count = Math.max(count, free + 1);
            release(i, dtypes[out].bytes(), false, taken);
        }
        return count;
    }

    /** Frees the places of the values last read by a step: those whose elements have the given size, or the others. */
    private void release(int step, int size, boolean sameSize, boolean[] taken) {
        for (int value = inputs; value < slots.length; value++) {
            if (lastUse[value] == step && slots[value] != NO_SLOT && (dtypes[value].bytes() == size) == sameSize) {
                taken[slots[value]] = false;
            }
        }
    }

    private int cost(List<Expr.Node> nodes) {
        int sum = 0;
        for (Expr.Node node : nodes) {
            if (node instanceof Expr.Apply apply) {
                sum += Cost.of(apply.op(), dtypes[apply.a()]);
            }
        }
        return sum;
    }
}
