package org.gatun.tensor.cpu;

import java.util.function.IntFunction;
import org.gatun.tensor.ConcreteTensor;

/** The results of operations that have several. */
final class Results {
    private Results() {}

    /**
     * Fresh tensors for all results, or none: if one finds no memory, those before it are closed.
     *
     * @param count how many
     * @param allocate makes the tensor of a number from 0 on
     */
    static ConcreteTensor[] allocate(int count, IntFunction<ConcreteTensor> allocate) {
        ConcreteTensor[] results = new ConcreteTensor[count];
        for (int i = 0; i < count; i++) {
            try {
                results[i] = allocate.apply(i);
            } catch (Throwable t) {
                for (int made = 0; made < i; made++) {
                    results[made].close();
                }
                throw t;
            }
        }
        return results;
    }

    /** The only result, when it has been filled: if that fails, it is closed. */
    static ConcreteTensor filled(ConcreteTensor result, Runnable fill) {
        return filled(new ConcreteTensor[] {result}, fill)[0];
    }

    /**
     * Results, when they have been filled: if that fails, they are closed.
     *
     * @param results fresh tensors
     * @param fill writes them
     */
    static ConcreteTensor[] filled(ConcreteTensor[] results, Runnable fill) {
        boolean done = false;
        try {
            fill.run();
            done = true;
            return results;
        } finally {
            if (!done) {
                for (ConcreteTensor result : results) {
                    result.close();
                }
            }
        }
    }
}
