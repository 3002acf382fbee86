package org.gatun.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.gatun.tensor.ir.TensorType;

/** A recording as JSON. */
final class TapeJson {
    private TapeJson() {}

    static String of(Recording recording, Map<Integer, String> names) {
        var leaves = new ArrayList<String>();
        for (Variable leaf : recording.leaves()) {
            leaves.add("{\"id\": " + leaf.slot() + ", \"name\": " + quoted(names.getOrDefault(leaf.slot(), "")) + ", "
                    + type(new TensorType(leaf.dtype(), leaf.shape())) + "}");
        }
        var operations = new ArrayList<String>();
        for (Node node : recording.nodes()) {
            operations.add("{\"op\": " + quoted(TapePrinter.label(node.op))
                    + ", \"inputs\": " + values(node.inputs, node.inputTypes)
                    + ", \"outputs\": " + values(node.results, node.resultTypes) + "}");
        }
        return "{\"leaves\": " + lines(leaves) + ",\n \"operations\": " + lines(operations) + "}\n";
    }

    private static String lines(List<String> elements) {
        return elements.isEmpty() ? "[]" : "[\n  " + String.join(",\n  ", elements) + "\n ]";
    }

    private static String values(int[] slots, List<TensorType> types) {
        var values = new ArrayList<String>();
        for (int i = 0; i < slots.length; i++) {
            values.add("{\"id\": " + (slots[i] < 0 ? "null" : slots[i]) + ", " + type(types.get(i)) + "}");
        }
        return "[" + String.join(", ", values) + "]";
    }

    private static String type(TensorType type) {
        return "\"dtype\": \"" + type.dtype() + "\", \"shape\": " + type.shape();
    }

    /** A string literal: quotes, backslashes and control characters escaped. */
    static String quoted(String s) {
        var out = new StringBuilder("\"");
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20 || c == 0x7f || c == 0x2028 || c == 0x2029 || Character.isSurrogate(c)) {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
