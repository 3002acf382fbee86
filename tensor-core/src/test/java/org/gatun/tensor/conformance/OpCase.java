package org.gatun.tensor.conformance;

import java.util.List;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * An operation with parameters, and the shapes of operands that it takes.
 *
 * @param op the operation
 * @param operands what the operands are like
 */
public record OpCase(Op op, List<Operand> operands) {
    /** What an operand holds. */
    public enum Role {
        /** Numbers or truth values of the dtype under test, or of the operand's own. */
        VALUE,
        /** I64 indices into an axis of size {@link Operand#bound}, from both ends. */
        INDEX,
        /** I64 indices that are all different along the operation's axis. */
        UNIQUE_INDEX,
        /** Matrices of full rank, far from singular, with singular values and pivots that are far apart. */
        MATRIX,
        /** Symmetric positive definite matrices with eigenvalues that are far apart. */
        DEFINITE;

        /** Whether repeated elements would spoil it. */
        boolean isDistinct() {
            return this == UNIQUE_INDEX || this == MATRIX || this == DEFINITE;
        }
    }

    /**
     * An operand.
     *
     * @param shape its shape
     * @param role what it holds
     * @param dtype its dtype, or null for the dtype under test
     * @param bound for indices, the size of the axis that they point into
     */
    public record Operand(Shape shape, Role role, @Nullable DType dtype, long bound) {
        static Operand value(long... sizes) {
            return value(Shape.of(sizes));
        }

        static Operand value(Shape shape) {
            return new Operand(shape, Role.VALUE, null, 0);
        }

        static Operand of(DType dtype, Shape shape) {
            return new Operand(shape, Role.VALUE, dtype, 0);
        }

        static Operand index(long bound, long... sizes) {
            return new Operand(Shape.of(sizes), Role.INDEX, DType.I64, bound);
        }

        static Operand matrix(long... sizes) {
            return new Operand(Shape.of(sizes), Role.MATRIX, null, 0);
        }

        static Operand definite(long... sizes) {
            return new Operand(Shape.of(sizes), Role.DEFINITE, null, 0);
        }

        static Operand uniqueIndex(long bound, long... sizes) {
            return new Operand(Shape.of(sizes), Role.UNIQUE_INDEX, DType.I64, bound);
        }
    }

    static OpCase of(Op op, Operand... operands) {
        return new OpCase(op, List.of(operands));
    }

    /** The largest number of elements of an operand. */
    public long size() {
        return operands.stream().mapToLong(o -> o.shape().elements()).max().orElse(0);
    }

    @Override
    public String toString() {
        return op + " on " + operands.stream().map(o -> o.shape().toString()).toList();
    }
}
