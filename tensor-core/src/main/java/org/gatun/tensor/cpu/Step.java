package org.gatun.tensor.cpu;

/** One kernel call of a region, on values by their numbers. */
sealed interface Step {
    /** The value that the step computes. */
    int out();

    /** A function of one value. */
    record OfOne(UnaryKernel kernel, int x, int out) implements Step {}

    /** A function of two values. */
    record OfTwo(BinaryKernel kernel, int a, int b, int out) implements Step {}

    /** A choice between two values by a third. */
    record Choice(SelectKernel kernel, int cond, int a, int b, int out) implements Step {}
}
