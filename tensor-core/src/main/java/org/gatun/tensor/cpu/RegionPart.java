package org.gatun.tensor.cpu;

import org.jspecify.annotations.Nullable;

/** What one thread does of a {@link RegionRun}: a range of the elements, block by block, in its own scratch memory. */
final class RegionPart {
    /** Places in the scratch memory lie a little apart, so that equal offsets do not compete for the same cache lines. */
    private static final long SLOT_PADDING = 192;
    /** The place of a value that is one element: a cache line. */
    private static final long CELL_BYTES = 64;

    /** The elements of a block that needs no scratch memory. */
    private static final int LARGEST_BLOCK = 1 << 24;

    private final RegionRun run;
    private final Program program;
    private final @Nullable RegionLoop loop;
    /** Whether the loop touches nothing but operands and results where they lie. */
    private final boolean bare;

    private final int block;
    private final long slotBytes;
    /** Where each value starts. */
    private final long[] at;
    /** For each single element that some step needs repeated, the address of a block of copies of it. */
    private final long[] repeated;
    /** Where each value of the current block starts, for a compiled loop. */
    private final long[] now;

    RegionPart(RegionRun run, long elements, Scratch scratch) {
        this.run = run;
        this.program = run.program;
        this.loop = run.loop;
        this.bare = loop != null && isAllInPlace();
        this.block = (int) Math.min(bare ? LARGEST_BLOCK : program.block, elements);
        this.slotBytes = (((long) block * program.widest + 63) & -64) + SLOT_PADDING;
        this.at = run.bases.clone();
        this.repeated = new long[at.length];
        this.now = new long[loop == null ? 0 : at.length];
        markRepeated();
        layOut(scratch);
        computeSingleElements();
    }

    /** Whether every operand is read, and every result written, where it lies. */
    private boolean isAllInPlace() {
        for (StridedView view : run.gathered) {
            if (view != null) {
                return false;
            }
        }
        for (boolean direct : run.direct) {
            if (!direct) {
                return false;
            }
        }
        return true;
    }

    private void markRepeated() {
        for (Step step : program.steps) {
            if (loop == null && step instanceof Step.Choice choice && !run.single[choice.out()]) {
                markIfSingle(choice.cond());
                markIfSingle(choice.a());
                markIfSingle(choice.b());
            }
        }
        for (int o = 0; o < program.outputs.length; o++) {
            if (run.scattered[o] != null) {
                markIfSingle(program.outputs[o]);
            }
        }
    }

    private void markIfSingle(int value) {
        repeated[value] = run.single[value] ? 1 : 0;
    }

    private void layOut(Scratch scratch) {
        long slotCount = bare ? 0 : program.slotCount;
        long slots = slotCount;
        long cells = 0;
        for (int v = 0; v < at.length; v++) {
            slots += (repeated[v] != 0 ? 1 : 0) + (isGathered(v) ? 1 : 0);
            cells += isSingleStep(v) ? 1 : 0;
        }
        long first = scratch.allocate(slots * slotBytes + cells * CELL_BYTES);
        long next = first + slotCount * slotBytes;
        for (int v = 0; v < at.length; v++) {
            if (repeated[v] != 0) {
                repeated[v] = next;
                next += slotBytes;
            }
            if (isGathered(v)) {
                at[v] = next;
                next += slotBytes;
            } else if (isSingleStep(v)) {
                at[v] = next;
                next += CELL_BYTES;
            } else if (run.advances[v] == 0 && program.slots[v] != Program.NO_SLOT) {
                at[v] = first + program.slots[v] * slotBytes;
            }
        }
    }

    private boolean isGathered(int value) {
        return value < program.inputs && run.gathered[value] != null;
    }

    private boolean isSingleStep(int value) {
        return run.single[value] && program.slots[value] != Program.NO_SLOT;
    }

    private void computeSingleElements() {
        for (Step step : program.steps) {
            if (run.single[step.out()]) {
                step(step, 0, 1);
            }
        }
        for (int v = 0; v < at.length; v++) {
            if (repeated[v] != 0) {
                Fill.fill(at[v], repeated[v], block, program.dtypes[v]);
            }
        }
    }

    void run(long begin, long end) {
        for (long start = begin; start < end; start += block) {
            block(start, (int) Math.min(block, end - start));
        }
    }

    private void block(long start, int count) {
        for (int i = 0; i < program.inputs; i++) {
            StridedView view = run.gathered[i];
            if (view != null) {
                view.gather(start, count, at[i]);
            }
        }
        if (loop == null) {
            for (Step step : program.steps) {
                if (!run.single[step.out()]) {
                    step(step, start, count);
                }
            }
        } else {
            for (int v = 0; v < now.length; v++) {
                now[v] = address(v, start);
            }
            loop.run(now, count);
        }
        for (int o = 0; o < program.outputs.length; o++) {
            if (!run.direct[o]) {
                deliver(o, start, count);
            }
        }
    }

    private void step(Step step, long start, int count) {
        switch (step) {
            case Step.OfOne s -> s.kernel().apply(address(s.x(), start), address(s.out(), start), count);
            case Step.OfTwo s -> {
                long a = address(s.a(), start);
                long b = address(s.b(), start);
                long out = address(s.out(), start);
                if (count == 1 || run.single[s.a()] == run.single[s.b()]) {
                    s.kernel().apply(a, b, out, count);
                } else if (run.single[s.b()]) {
                    s.kernel().applyScalarRight(a, b, out, count);
                } else {
                    s.kernel().applyScalarLeft(a, b, out, count);
                }
            }
            case Step.Choice s -> {
                // Single elements are computed first, when none is repeated yet.
                boolean one = run.single[s.out()];
                long condition = one ? at[s.cond()] : repeatedAddress(s.cond(), start);
                long a = one ? at[s.a()] : repeatedAddress(s.a(), start);
                long b = one ? at[s.b()] : repeatedAddress(s.b(), start);
                s.kernel().apply(condition, a, b, address(s.out(), start), count);
            }
        }
    }

    private long address(int value, long start) {
        return at[value] + start * run.advances[value];
    }

    /** As {@link #address}, but where a block of elements can be read. */
    private long repeatedAddress(int value, long start) {
        return repeated[value] != 0 ? repeated[value] : address(value, start);
    }

    /** Brings a block of a result that was not computed in place to where it belongs. */
    private void deliver(int o, long start, int count) {
        int value = program.outputs[o];
        int bytes = program.dtypes[value].bytes();
        StridedView view = run.scattered[o];
        long target = run.outAddresses[o] + start * bytes;
        if (view != null) {
            view.scatter(start, count, repeatedAddress(value, start));
        } else if (run.single[value]) {
            Fill.fill(at[value], target, count, program.dtypes[value]);
        } else {
            Ram.copy(address(value, start), target, (long) count * bytes);
        }
    }
}
