package org.gatun.tensor.ir;

import java.util.Arrays;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;

/** The dtype rules of the scalar operations, and what their operands must be. */
public final class ScalarTypes {
    private ScalarTypes() {}

    /**
     * The dtype of the result.
     *
     * @throws DTypeException when the operands' dtypes do not fit the operation
     */
    public static DType result(Op.Scalar op, DType... types) {
        return switch (op) {
            case Op.Unary u -> {
                require(u.fn().accepts(types[0]), op, types);
                yield types[0];
            }
            case Op.Binary b -> {
                require(types[0] == types[1] && b.fn().accepts(types[0]), op, types);
                yield types[0];
            }
            case Op.Compare c -> {
                require(types[0] == types[1], op, types);
                yield DType.BOOL;
            }
            case Op.Logic l -> {
                require(types[0] == types[1] && l.fn().accepts(types[0]), op, types);
                yield types[0];
            }
            case Op.Not n -> {
                require(!types[0].isFloating(), op, types);
                yield types[0];
            }
            case Op.Select s -> {
                require(types[0] == DType.BOOL && types[1] == types[2], op, types);
                yield types[1];
            }
            case Op.Cast c -> c.to();
        };
    }

    private static void require(boolean fits, Op op, DType... types) {
        if (!fits) {
            throw new DTypeException(
                    op + ": operands of dtypes " + Arrays.toString(types) + " do not fit: operands must have"
                            + " one dtype that the operation accepts; convert them with to(dtype)");
        }
    }
}
