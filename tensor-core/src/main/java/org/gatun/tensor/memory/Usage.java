package org.gatun.tensor.memory;

import java.util.concurrent.atomic.AtomicLong;

/** Live bytes over all stripes, and their peak. Stripes report when their part has changed by {@link #STEP}. */
final class Usage {
    /** By how much a stripe's part may differ from what it last reported. */
    static final long STEP = 1 << 16;

    private final AtomicLong live = new AtomicLong();
    private final AtomicLong peak = new AtomicLong();

    /**
     * Takes a stripe's report.
     *
     * @param change by how much its part has changed since its last one
     * @param rise by how much, at most, its part stood above that one meanwhile
     */
    void add(long change, long rise) {
        long before = live.getAndAdd(change);
        raise(before + rise);
    }

    private void raise(long candidate) {
        if (candidate > peak.get()) {
            peak.accumulateAndGet(candidate, Math::max);
        }
    }

    void resetPeak() {
        peak.set(live.get());
    }

    long live() {
        return live.get();
    }

    long peak() {
        return peak.get();
    }
}
