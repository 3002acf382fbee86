package org.gatun.nn.data;

/** Samples by number. Implementations are safe for use by several threads at once. */
public interface Dataset {
    /** The number of samples. */
    long size();

    /**
     * The samples of the given numbers, in that order, as fresh tensors.
     *
     * @param indices numbers from 0 to {@code size() - 1}
     */
    Batch batch(long[] indices);

    /** The first {@code count} samples as a dataset; all of them when there are fewer. */
    default Dataset first(long count) {
        Dataset all = this;
        long n = Math.min(count, size());
        return new Dataset() {
            @Override
            public long size() {
                return n;
            }

            @Override
            public Batch batch(long[] indices) {
                return all.batch(indices);
            }
        };
    }
}
