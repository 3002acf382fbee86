package org.gatun.autograd;

import java.util.Locale;
import java.util.Map;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;

/** A recording in readable form: lines of text, or a graph in DOT. */
final class TapePrinter {
    private TapePrinter() {}

    static String text(Recording recording, Map<Integer, String> names) {
        var s = new StringBuilder();
        for (Variable leaf : recording.leaves()) {
            s.append(value(leaf.slot(), names))
                    .append(" = leaf ")
                    .append(leaf.dtype())
                    .append(leaf.shape())
                    .append('\n');
        }
        for (Node node : recording.nodes()) {
            for (int i = 0; i < node.results.length; i++) {
                s.append(i == 0 ? "" : ", ").append(value(node.results[i], names));
            }
            s.append(" = ").append(label(node.op));
            for (int i = 0; i < node.inputs.length; i++) {
                s.append(' ').append(operand(node, i, names));
            }
            s.append("  ").append(node.resultTypes.get(0)).append('\n');
        }
        return s.toString();
    }

    static String dot(Recording recording, Map<Integer, String> names) {
        var s = new StringBuilder("digraph tape {\n  rankdir=LR;\n");
        for (Variable leaf : recording.leaves()) {
            s.append("  v")
                    .append(leaf.slot())
                    .append(" [shape=box, label=\"")
                    .append(quoted(value(leaf.slot(), names) + " " + new TensorType(leaf.dtype(), leaf.shape())))
                    .append("\"];\n");
        }
        int n = 0;
        for (Node node : recording.nodes()) {
            String op = "n" + n++;
            s.append("  ")
                    .append(op)
                    .append(" [label=\"")
                    .append(quoted(label(node.op)))
                    .append("\"];\n");
            for (int i = 0; i < node.inputs.length; i++) {
                if (node.inputs[i] >= 0) {
                    s.append("  v").append(node.inputs[i]);
                } else {
                    s.append("  ").append(op).append("c").append(i).append(" [shape=plaintext, label=\"");
                    s.append(quoted(node.inputTypes.get(i).toString())).append("\"];\n  ");
                    s.append(op).append("c").append(i);
                }
                s.append(" -> ").append(op).append(";\n");
            }
            for (int i = 0; i < node.results.length; i++) {
                if (node.results[i] >= 0) {
                    s.append("  v").append(node.results[i]).append(" [shape=ellipse, label=\"");
                    s.append(quoted(value(node.results[i], names) + " " + node.resultTypes.get(i)));
                    s.append("\"];\n  ")
                            .append(op)
                            .append(" -> v")
                            .append(node.results[i])
                            .append(";\n");
                }
            }
        }
        return s.append("}\n").toString();
    }

    private static String operand(Node node, int i, Map<Integer, String> names) {
        return node.inputs[i] >= 0 ? value(node.inputs[i], names) : "const:" + node.inputTypes.get(i);
    }

    private static String value(int slot, Map<Integer, String> names) {
        return slot < 0 ? "_" : names.getOrDefault(slot, "%" + slot);
    }

    static String label(Object op) {
        if (op instanceof Op.Unary u) {
            return u.fn().name().toLowerCase(Locale.ROOT);
        }
        return op instanceof Op.Binary b ? b.fn().name().toLowerCase(Locale.ROOT) : op.toString();
    }

    private static String quoted(String s) {
        return s.replace("\\", "\\\\").replace("\"", "\\\"").replace("\r", "").replace("\n", "\\n");
    }
}
