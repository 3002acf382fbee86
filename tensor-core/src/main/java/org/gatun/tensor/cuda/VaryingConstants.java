package org.gatun.tensor.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.ir.Expr;
import org.gatun.tensor.shape.Shape;

/**
 * Regions whose constants change from one use to the next, such as a rate of learning. A program that is printed with its constants is the
 * fastest, but compiling one takes longer than a thousand runs: so regions that differ in their constants alone share one program, from a few of
 * them on, in which the constants are operands of one element.
 */
final class VaryingConstants {
    /** So many regions that differ in their constants alone have a program each. */
    static final int MOST = 4;

    /** So many operands are added to a region, which then still fits a kernel. */
    private static final int MOST_CONSTANTS = 64;

    /** The regions that have a program each, by the region without its constants. */
    private static final Map<Expr, Set<Expr>> PRINTED = new ConcurrentHashMap<>();

    /** All of these, and regions without constants: what most uses find here. */
    private static final Set<Expr> OWN = ConcurrentHashMap.newKeySet();

    private VaryingConstants() {}

    /** Runs the region into existing memory with its constants as operands if they vary; otherwise does nothing and returns false. */
    static boolean run(CudaDevice gpu, Expr expr, ConcreteTensor[] in, ConcreteTensor[] out) {
        if (OWN.contains(expr)) {
            return false;
        }
        List<Expr.Constant> constants = constants(expr);
        if (constants.isEmpty() || constants.size() > MOST_CONSTANTS) {
            OWN.add(expr);
            return false;
        }
        Expr lifted = lifted(expr, constants);
        Set<Expr> printed = PRINTED.computeIfAbsent(lifted, e -> ConcurrentHashMap.newKeySet());
        if (printed.contains(expr) || (printed.size() < MOST && printed.add(expr))) {
            OWN.add(expr);
            return false;
        }
        ConcreteTensor[] operands = Arrays.copyOf(in, in.length + constants.size());
        int made = in.length;
        try {
            for (Expr.Constant constant : constants) {
                operands[made] = operand(constant, out[0].shape(), gpu.device());
                made++;
            }
            CudaRegions.runInto(gpu, lifted, operands, out);
            return true;
        } finally {
            for (int i = in.length; i < made; i++) {
                operands[i].close();
            }
        }
    }

    private static List<Expr.Constant> constants(Expr expr) {
        List<Expr.Constant> constants = List.of();
        for (Expr.Node node : expr.nodes()) {
            if (node instanceof Expr.Constant constant) {
                constants = constants.isEmpty() ? new ArrayList<>() : constants;
                constants.add(constant);
            }
        }
        return constants;
    }

    /** The region with further inputs in place of its constants. */
    static Expr lifted(Expr expr, List<Expr.Constant> constants) {
        List<DType> inputs = new ArrayList<>(expr.inputs());
        constants.forEach(constant -> inputs.add(constant.dtype()));
        int[] renumbered = new int[expr.inputs().size() + expr.nodes().size()];
        List<Expr.Node> nodes = new ArrayList<>();
        int value = 0;
        for (; value < expr.inputs().size(); value++) {
            renumbered[value] = value;
        }
        int next = value;
        for (Expr.Node node : expr.nodes()) {
            switch (node) {
                case Expr.Constant constant -> renumbered[value] = next++;
                case Expr.Apply apply -> {
                    renumbered[value] = inputs.size() + nodes.size();
                    nodes.add(new Expr.Apply(
                            apply.op(),
                            renumbered(apply.a(), renumbered),
                            renumbered(apply.b(), renumbered),
                            renumbered(apply.c(), renumbered),
                            apply.dtype()));
                }
            }
            value++;
        }
        return new Expr(
                inputs, nodes, expr.outputs().stream().map(o -> renumbered[o]).toList());
    }

    private static int renumbered(int operand, int[] renumbered) {
        return operand < 0 ? operand : renumbered[operand];
    }

    /** The constant as a tensor of a shape, all of whose elements are one in memory. */
    private static ConcreteTensor operand(Expr.Constant constant, Shape shape, Device device) {
        try (ConcreteTensor scalar = switch (constant.dtype()) {
            case F32, F64, BF16, F16 -> ConcreteTensor.scalar(constant.dtype(), constant.value(), device);
            case I64, I32, I16, I8, U8, BOOL -> ConcreteTensor.scalar(constant.dtype(), constant.bits(), device);
        }) {
            return scalar.view(scalar.layout().broadcast(shape));
        }
    }
}
