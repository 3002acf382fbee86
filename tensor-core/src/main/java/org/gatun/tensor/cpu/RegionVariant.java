package org.gatun.tensor.cpu;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A program together with the choice of its values that are single elements. It runs block by block until it has done so much
 * work that a loop of its own pays; that is made in the background and taken as soon as it is ready.
 */
final class RegionVariant {
    /**
     * The work, in tenths of a nanosecond as {@link Cost} counts, from which on a loop is made: about 5 ms, and so the third to tenth step of a small
     * model. What has done so much will do more.
     */
    private static final long HOT = 50_000_000;

    final Program program;
    final boolean[] single;
    private final AtomicBoolean asked = new AtomicBoolean();
    private volatile @Nullable RegionLoop loop;

    // Counted without a lock: runs on several threads at once may miss each other's share.
    private long work;

    RegionVariant(Program program, boolean[] single) {
        this.program = program;
        this.single = single;
    }

    /** The loop, or null while there is none; counts the run that asks. */
    @Nullable
    RegionLoop loopFor(long elements) {
        RegionLoop ready = loop;
        if (ready == null && !asked.getPlain()) {
            work += elements * program.cost;
            if (work >= HOT && asked.compareAndSet(false, true)) {
                if (!RegionTrainer.train(this)) {
                    work = 0;
                    asked.set(false);
                }
            }
        }
        return ready;
    }

    boolean isCompiled() {
        return loop != null;
    }

    /** Takes a loop into use. */
    void use(RegionLoop ready) {
        this.loop = ready;
    }
}
