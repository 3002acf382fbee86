package org.gatun.tensor.cpu;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;

/**
 * The elements of a tensor (n, channels, m) of F32 or F64, and what {@link ChannelNormKernels} do with those of a run of channels. Arrays
 * hold a number for each channel of the run; their length says how many there are.
 */
interface Channels {
    /** The fewest elements worth a thread. */
    long GRAIN = 1 << 13;

    /** The elements of a tensor, where they lie or in an order that suits the loops; copies are in scratch memory. */
    static Channels of(ConcreteTensor x, Scratch scratch) {
        return ChannelColumns.suits(x) ? ChannelColumns.of(x, scratch) : ChannelPieces.of(x, scratch);
    }

    /** How many channels there are. */
    long channels();

    /** The elements of a channel. */
    long size();

    /** Where the first channel begins. */
    long address();

    /** What is done for a run of channels. */
    @FunctionalInterface
    interface Body {
        /** Runs. {@code to} is where the first channel's results begin, which lie as the operand does. */
        void run(long first, int count, long to);
    }

    /** Runs for all channels, in parallel, without results that lie as the elements do. */
    void forEach(Body body);

    /** Runs for all channels, in parallel, and sees to it that results which lie as these elements do get into a tensor. */
    void write(ConcreteTensor out, Scratch scratch, Body body);

    /** Adds the channels' sums. */
    void sum(long first, double[] sums);

    /** Adds the sums of {@code x - shift} and of its square. */
    void moments(long first, double[] shift, double[] sums, double[] squares);

    /** Adds the sums of these elements g and of {@code g (x - shift)}, where each x lies {@code toX} bytes from its g. */
    void products(long first, long toX, double[] shift, double[] sums, double[] products);

    /** Writes {@code (x - shift) factor + term}. */
    void affine(long first, long to, double[] shift, double[] factor, double[] term);

    /** Writes {@code g factor + (x - shift) slope + term} for these elements g, where each x lies {@code toX} bytes from its g. */
    void combine(long first, long toX, long to, double[] shift, double[] factor, double[] slope, double[] term);

    /** A number for each channel, as a tensor of the dtype holds it. */
    static double get(DType dtype, long address, long index) {
        return dtype == DType.F32 ? Ram.getFloat(address + 4 * index) : Ram.getDouble(address + 8 * index);
    }

    /** Writes what {@link #get} reads. */
    static void put(DType dtype, long address, long index, double value) {
        if (dtype == DType.F32) {
            Ram.putFloat(address + 4 * index, (float) value);
        } else {
            Ram.putDouble(address + 8 * index, value);
        }
    }
}
