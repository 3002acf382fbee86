package org.gatun.tensor.trace;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Device;
import org.gatun.tensor.DeviceException;
import org.gatun.tensor.cuda.Transfers;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/**
 * The operands of one operation on one device. As in PyTorch, an operand on the host that is a single number, repeated or not, goes along with
 * operands on a GPU; all others must be brought there first.
 */
public final class Placement {
    private Placement() {}

    /**
     * The device that an operation on some operands runs on.
     *
     * @param name the operation, for the message
     * @throws DeviceException when they lie on different devices
     */
    public static Device device(String name, ConcreteTensor... operands) {
        int decides = 0;
        while (decides < operands.length && operands[decides].device().equals(Device.CPU)) {
            decides++;
        }
        if (decides == operands.length) {
            return Device.CPU;
        }
        Device gpu = operands[decides].device();
        for (int i = 0; i < operands.length; i++) {
            Device here = operands[i].device();
            if (!here.equals(gpu) && !isSingleOnHost(operands[i])) {
                throw new DeviceException(
                        name + ": operand " + decides + ", " + operands[decides].type() + ", lies on " + gpu
                                + " and operand " + i + ", " + operands[i].type() + ", on " + here
                                + ": bring them to one device with to(device)");
            }
        }
        return gpu;
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

    /**
     * As {@link #together(ConcreteTensor...)}, after a check.
     *
     * @param name the operation, for the message
     * @throws DeviceException when operands lie on different devices and are more than single numbers
     */
    public static ConcreteTensor[] together(String name, ConcreteTensor... operands) {
        var _ = device(name, operands);
        return together(operands);
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
