package org.gatun.tensor.cpu;

import java.lang.ref.Reference;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.shape.Layout;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a {@link Program} on operands of one shape and any layout. The elements are worked through in blocks, all
 * steps on one block before the next, so that intermediate values never leave the cache. Contiguous operands are read, and
 * results written, in place; an operand that is one element repeated stays one element; others are gathered block by block.
 */
final class RegionRun implements RangeBody {
    final Program program;
    /** The whole region as one loop, if there is one. */
    final @Nullable RegionLoop loop;

    private final long elements;
    /** Where each value starts: 0 for those in the scratch memory, which is each thread's own. */
    final long[] bases;
    /** How far each value moves on per element: 0 for single elements and for values in the scratch memory. */
    final int[] advances;
    /** Whether a value is one element for all places. */
    final boolean[] single;
    /** The operands that must be gathered. */
    final @Nullable StridedView[] gathered;
    /** Where results go that are not computed in place. */
    final @Nullable StridedView[] scattered;

    final long[] outAddresses;
    /** Whether the step that computes a result writes it where it belongs. */
    final boolean[] direct;

    private RegionRun(Program program, ConcreteTensor[] in, ConcreteTensor[] out) {
        this.program = program;
        int values = program.dtypes.length;
        this.elements = out[0].shape().elements();
        this.bases = new long[values];
        this.advances = new int[values];
        this.single = new boolean[values];
        this.gathered = new StridedView[program.inputs];
        this.scattered = new StridedView[out.length];
        this.outAddresses = new long[out.length];
        this.direct = new boolean[out.length];
        for (int i = 0; i < in.length; i++) {
            placeInput(i, in[i], out);
        }
        for (int v = program.inputs; v < values; v++) {
            if (program.constants[v] != 0) {
                bases[v] = program.constants[v];
                single[v] = true;
            }
        }
        for (Step step : program.steps) {
            single[step.out()] = isSingle(step);
        }
        this.loop = program.loop(single, elements);
        for (int o = 0; o < out.length; o++) {
            placeOutput(o, out[o], in);
        }
    }

    /** Runs a program on all elements of the operands. */
    static void run(Program program, ConcreteTensor[] in, ConcreteTensor[] out) {
        if (!out[0].shape().isEmpty()) {
            try {
                RegionRun run = new RegionRun(program, in, out);
                WorkerPool.parallelFor(run.elements, program.grain, run);
            } finally {
                Reference.reachabilityFence(program);
            }
        }
    }

    private void placeInput(int input, ConcreteTensor x, ConcreteTensor[] out) {
        if (program.lastUse[input] < 0) {
            return;
        }
        bases[input] = x.address();
        if (x.isContiguous() && !isOverwrittenBeforeItIsCopied(input, out)) {
            advances[input] = x.dtype().bytes();
        } else if (!x.isContiguous() && isOneElement(x.layout())) {
            single[input] = true;
        } else {
            gathered[input] = StridedView.of(x.address(), x.layout(), x.dtype());
            bases[input] = 0;
        }
    }

    /** Whether an operand that is itself a result lies where another result goes: then each block of it is set aside first. */
    private boolean isOverwrittenBeforeItIsCopied(int input, ConcreteTensor[] out) {
        if (program.lastUse[input] == Program.FOREVER) {
            for (ConcreteTensor o : out) {
                if (o.address() == bases[input]) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isSingle(Step step) {
        return switch (step) {
            case Step.OfOne s -> single[s.x()];
            case Step.OfTwo s -> single[s.a()] && single[s.b()];
            case Step.Choice s -> single[s.cond()] && single[s.a()] && single[s.b()];
        };
    }

    /** Whether all elements of a layout lie at one place. */
    static boolean isOneElement(Layout layout) {
        for (int i = 0; i < layout.shape().rank(); i++) {
            if (layout.stride(i) != 0 && layout.shape().size(i) != 1) {
                return false;
            }
        }
        return true;
    }

    private void placeOutput(int o, ConcreteTensor out, ConcreteTensor[] in) {
        int value = program.outputs[o];
        outAddresses[o] = out.address();
        if (!out.isContiguous()) {
            scattered[o] = StridedView.of(out.address(), out.layout(), out.dtype());
        } else if (value >= program.inputs
                && !single[value]
                && advances[value] == 0
                && (loop != null || !isReadLater(out.address(), value, in))) {
            direct[o] = true;
            bases[value] = out.address();
            advances[value] = out.dtype().bytes();
        }
    }

    /**
     * Whether a step after the one that computes {@code value} still reads an operand that lies at {@code address}. A compiled loop
     * reads all operands of a vector before it writes any result.
     */
    private boolean isReadLater(long address, int value, ConcreteTensor[] in) {
        int computed = 0;
        while (program.steps[computed].out() != value) {
            computed++;
        }
        for (int i = 0; i < in.length; i++) {
            if (program.lastUse[i] > computed && advances[i] != 0 && bases[i] == address) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void run(long begin, long end) {
        try (Scratch scratch = Scratch.open()) {
            new RegionPart(this, end - begin, scratch).run(begin, end);
        }
    }
}
