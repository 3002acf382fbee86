package org.gatun.tensor.trace;

import java.util.Locale;
import java.util.regex.Pattern;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Device;
import org.gatun.tensor.DeviceException;
import org.gatun.tensor.cuda.Transfers;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/**
 * The operands of one operation on one device. As in PyTorch, an operand on the host that is a single number, repeated or not, goes along with
 * operands on a GPU; all others must be brought there first.
 */
public final class Placement {
    private static final Pattern UNDERSCORED = Pattern.compile("_(.)");

    private Placement() {}

    /**
     * The device that an operation on some operands runs on.
     *
     * @throws DeviceException when they lie on different devices
     */
    public static Device device(Op op, ConcreteTensor... operands) {
        int decides = 0;
        while (decides < operands.length && operands[decides].device().equals(Device.CPU)) {
            decides++;
        }
        if (decides == operands.length) {
            return Device.CPU;
        }
        Device gpu = operands[decides].device();
        for (int i = 0; i < operands.length; i++) {
            if (!operands[i].device().equals(gpu) && !isSingleOnHost(operands[i])) {
                int first = Math.min(i, decides);
                int second = Math.max(i, decides);
                throw apart(name(op), "operand " + first, operands[first], "operand " + second, operands[second]);
            }
        }
        return gpu;
    }

    private static DeviceException apart(
            String operation, String first, ConcreteTensor x, String second, ConcreteTensor y) {
        return new DeviceException(operation + ": " + first + ", " + x.type() + ", lies on " + x.device() + " and "
                + second + ", " + y.type() + ", on " + y.device() + ": bring them to one device with to(device)");
    }

    /** An operation as its public method is called, where there is one. */
    private static String name(Op op) {
        return switch (op) {
            case Op.Unary unary -> ofConstant(unary.fn());
            case Op.Binary binary -> ofConstant(binary.fn());
            case Op.Compare compare -> ofConstant(compare.fn());
            case Op.Logic logic -> ofConstant(logic.fn());
            case Op.Call call -> call.composite().name();
            case Op.Select select -> "where";
            case Op.Fused fused -> "elementwise";
            case Op.MatMul matMul -> "matmul";
            case Op.CumSum cumSum -> "cumsum";
            case Op.CumProd cumProd -> "cumprod";
            case Op.Diagonal other -> ofRecord(other);
            case Op.Multilinear other -> ofRecord(other);
            case Op.Irregular other -> ofRecord(other);
            case Op.LinearAlgebra other -> ofRecord(other);
            case Op.NonDifferentiable other -> ofRecord(other);
        };
    }

    /** FLOOR_DIVIDE as floorDivide. */
    private static String ofConstant(Enum<?> fn) {
        return UNDERSCORED
                .matcher(fn.name().toLowerCase(Locale.ROOT))
                .replaceAll(m -> m.group(1).toUpperCase(Locale.ROOT));
    }

    /** IndexSelect as indexSelect. */
    private static String ofRecord(Op op) {
        String name = op.getClass().getSimpleName();
        return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
    }

    /**
     * An operand of a change in place on the device of the tensor that is changed, which stays where it is: the very operand, or a copy of a
     * single number on the host, to be closed.
     *
     * @param name the method, for the message
     * @throws DeviceException when it lies on another device and is no single number on the host
     */
    public static ConcreteTensor beside(String name, ConcreteTensor changed, ConcreteTensor operand) {
        requireBeside(name, changed, operand);
        return operand.device().equals(changed.device()) ? operand : single(operand, changed.device());
    }

    /**
     * Checks that an operand of a change in place can be {@linkplain #beside beside} the tensor that is changed.
     *
     * @param name the method, for the message
     * @throws DeviceException when it lies on another device and is no single number on the host
     */
    public static void requireBeside(String name, ConcreteTensor changed, ConcreteTensor operand) {
        if (!operand.device().equals(changed.device()) && !isSingleOnHost(operand)) {
            throw apart(name, "the tensor that is changed", changed, "an operand", operand);
        }
    }

    /**
     * Checks that what an operation changes lies on one device.
     *
     * @param name the method, for the message
     * @throws DeviceException when two of the tensors lie on different devices
     */
    public static void requireOneDevice(String name, ConcreteTensor... changed) {
        for (int i = 1; i < changed.length; i++) {
            if (!changed[i].device().equals(changed[0].device())) {
                throw apart(name, "result 0", changed[0], "result " + i, changed[i]);
            }
        }
    }

    private static boolean isSingleOnHost(ConcreteTensor x) {
        if (!x.device().equals(Device.CPU)) {
            return false;
        }
        if (x.shape().isEmpty()) {
            return true;
        }
        Layout layout = x.layout();
        for (int a = 0; a < x.rank(); a++) {
            if (layout.stride(a) != 0 && x.size(a) != 1) {
                return false;
            }
        }
        return true;
    }

    /** The operands with single numbers brought from the host to the others' GPU, if they lie on one; otherwise the very array. */
    public static ConcreteTensor[] together(ConcreteTensor... operands) {
        Device gpu = Device.CPU;
        boolean mixed = false;
        for (ConcreteTensor x : operands) {
            mixed |= x.device() != operands[0].device() && !x.device().equals(operands[0].device());
            gpu = x.device().equals(Device.CPU) ? gpu : x.device();
        }
        if (!mixed) {
            return operands;
        }
        ConcreteTensor[] together = operands.clone();
        for (int i = 0; i < together.length; i++) {
            if (together[i].device().equals(Device.CPU)) {
                together[i] = single(together[i], gpu);
            }
        }
        return together;
    }

    private static ConcreteTensor single(ConcreteTensor x, Device gpu) {
        if (x.shape().isEmpty()) {
            return ConcreteTensor.allocate(x.dtype(), x.shape(), gpu);
        }
        Layout layout = x.layout();
        try (ConcreteTensor one = x.view(Layout.strided(Shape.SCALAR, new long[0], layout.offset()));
                ConcreteTensor there = Transfers.fromHost(one, gpu)) {
            return there.view(there.layout().broadcast(x.shape()));
        }
    }

    /** Closes what {@link #together} copied. */
    public static void closeCopies(ConcreteTensor[] operands, ConcreteTensor[] together) {
        for (int i = 0; together != operands && i < operands.length; i++) {
            if (together[i] != operands[i]) {
                together[i].close();
            }
        }
    }
}
