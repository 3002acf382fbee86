package org.gatun.tensor;

import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * One entry of an indexing expression, as between the brackets of NumPy and PyTorch: {@code x[0, 2:5, ::-1, idx]} is
 * {@code x.get(at(0), range(2, 5), step(-1), of(idx))}.
 *
 * <p>Positions, ranges, {@link #all}, {@link #newAxis} and {@link #ellipsis} give views. Tensors of indices and masks pick
 * elements and give a copy: several of them broadcast together and make one group of result axes, which stands where they stood
 * if they are neighbours, and in front otherwise. Positions are applied first, as in PyTorch, and do not belong to that group;
 * neither does a 0-d tensor of indices, which is one position, but gives a copy.
 */
public sealed interface Index {
    /** One position, whose axis goes away; negative counts from the end. */
    record At(long position) implements Index {}

    /**
     * Positions from a bound to another.
     *
     * @param from the first, or null for the end where the step begins; negative counts from the end
     * @param to the one behind the last, or null for the end where the step leads; negative counts from the end
     * @param step the distance between positions, not 0; negative goes backwards
     */
    record Range(@Nullable Long from, @Nullable Long to, long step) implements Index {
        /** Checks the step. */
        public Range {
            if (step == 0) {
                throw new ShapeException(
                        "get: a range with step 0 never ends: give 1 or more, or -1 or less to go backwards");
            }
        }
    }

    /** A whole axis. */
    record All() implements Index {}

    /** A new axis of size 1. */
    record NewAxis() implements Index {}

    /** As many whole axes as the other entries leave over. */
    record Ellipsis() implements Index {}

    /** The positions that a tensor of integers holds. */
    record Of(Tensor positions) implements Index {
        /** Checks the dtype. */
        public Of {
            if (!positions.dtype().isInteger()) {
                throw new DTypeException("get: a tensor of positions is " + positions.dtype()
                        + " and must be an integer dtype: use mask for BOOL, to(DType.I64) for numbers");
            }
        }
    }

    /** The positions where a tensor of truth values, as large as the axes it stands for, is true. */
    record Mask(Tensor mask) implements Index {
        /** Checks the dtype and rank. */
        public Mask {
            if (mask.dtype() != DType.BOOL || mask.rank() == 0) {
                throw new DTypeException("get: a mask is " + mask.dtype() + " of shape " + mask.shape()
                        + " and must be BOOL with at least one axis: compare first, for instance x.gt(0)");
            }
        }
    }

    /** One position, whose axis goes away; negative counts from the end. */
    static Index at(long position) {
        return new At(position);
    }

    /** Python's {@code from:to}. */
    static Index range(long from, long to) {
        return new Range(from, to, 1);
    }

    /** Python's {@code from:to:step}; a negative step goes backwards. */
    static Index range(long from, long to, long step) {
        return new Range(from, to, step);
    }

    /** Python's {@code from:}. */
    static Index from(long from) {
        return new Range(from, null, 1);
    }

    /** Python's {@code :to}. */
    static Index upTo(long to) {
        return new Range(null, to, 1);
    }

    /** Python's {@code ::step}; -1 reverses the axis. */
    static Index step(long step) {
        return new Range(null, null, step);
    }

    /** A whole axis, Python's {@code :}. */
    static Index all() {
        return new All();
    }

    /** A new axis of size 1, Python's {@code None}. */
    static Index newAxis() {
        return new NewAxis();
    }

    /** As many whole axes as the other entries leave over, Python's {@code ...}. */
    static Index ellipsis() {
        return new Ellipsis();
    }

    /** The positions that a tensor of integers holds; its axes take the place of the indexed one, which goes away if it is 0-d. */
    static Index of(Tensor positions) {
        return new Of(positions);
    }

    /** The given positions. */
    static Index of(long... positions) {
        return new Of(HostCopies.of(Shape.of(positions.length), positions));
    }

    /** The positions where a BOOL tensor is true; it stands for as many axes as it has. */
    static Index mask(Tensor mask) {
        return new Mask(mask);
    }
}
