package org.gatun.tensor.trace;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/** A tensor that an interpreter follows: a variable of a tape, a dual number, a value of a region. */
public abstract non-sealed class Traced extends Tensor {
    /** For subclasses. */
    protected Traced() {}

    /**
     * The interpreter that handles operations on this tensor, or null when there is none at the moment (a parameter outside
     * any tape) and {@link #value} stands for it.
     *
     * @throws IllegalStateException when the tensor has outlived its interpreter, or belongs to another thread
     */
    public abstract @Nullable Trace trace();

    /** The tensor that stands for this one in operations: itself, but for parameters, which stand for their tape's variable. */
    public Tensor resolve() {
        return this;
    }

    /** The value one level below: concrete, or followed by an outer interpreter. */
    public abstract Tensor value();

    /**
     * This tensor with a claim of its own on the memory, which no scope ends: whoever asked for it closes it. Interpreters save
     * values so (see {@link ConcreteTensor#saved}).
     */
    public abstract Tensor saved();

    /** A view of the values below, through which no derivative flows. */
    public Tensor detached() {
        return value().detach();
    }

    /**
     * The memory beneath all interpreters. Inside {@code vmap} it holds the whole batch and so has more axes than {@code x}: for checks
     * that are made of all elements at once, never for results.
     */
    public static ConcreteTensor beneath(Tensor x) {
        Tensor t = x;
        while (t instanceof Traced traced) {
            t = traced.value();
        }
        return t.concrete();
    }

    /** Whether there is memory beneath: a value of a region, or one of which only the type is known, has none. */
    public static boolean hasNumbers(Tensor x) {
        Tensor t = x;
        while (t instanceof Traced traced && !traced.isAbstract()) {
            t = traced.value();
        }
        return !(t instanceof Traced);
    }

    /** Whether this stands for numbers that are not there yet, so that there is no {@link #value}. */
    protected boolean isAbstract() {
        return false;
    }

    /** Whether the elements lie row by row; a tensor without memory of its own says that they do. */
    public boolean isContiguous() {
        return value() instanceof Traced below
                ? below.isContiguous()
                : value().concrete().isContiguous();
    }

    // What a tensor below may hold more than its concrete one, it knows itself: pass on, level by level.

    @Override
    public Shape shape() {
        return value().shape();
    }

    @Override
    public DType dtype() {
        return value().dtype();
    }

    @Override
    public Device device() {
        return value().device();
    }

    @Override
    public void keep() {
        value().keep();
    }

    @Override
    public void keepFrom(MemoryScope scope) {
        value().keepFrom(scope);
    }

    @Override
    public void unscope() {
        value().unscope();
    }

    @Override
    public void close() {
        value().close();
    }

    @Override
    public boolean isClosed() {
        return value().isClosed();
    }

    @Override
    public ConcreteTensor concrete() {
        return value().concrete();
    }

    /** A scalar constant of the given dtype for use beside this tensor. */
    public Tensor constant(DType dtype, double value) {
        return ConcreteTensor.scalar(dtype, value, device());
    }

    /** A scalar constant of the given dtype, exact for every {@code long}, for use beside this tensor. */
    public Tensor constant(DType dtype, long value) {
        return ConcreteTensor.scalar(dtype, value, device());
    }
}
