package org.gatun.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gatun.tensor.memory.Storage;
import org.gatun.tensor.shape.Shape;

/** Tensors as text. Only the elements that are shown are read. */
final class Printing {
    private static final String OPENING = "tensor(";

    private Printing() {}

    static String format(Tensor x, PrintOptions options) {
        if (x.isClosed()) {
            return OPENING + "closed, " + x.dtype() + x.shape() + ")";
        }
        ConcreteTensor t = x.concrete();
        Storage held = t.acquire();
        try {
            return format(t, options);
        } finally {
            held.release();
        }
    }

    private static String format(ConcreteTensor t, PrintOptions options) {
        boolean summary = t.elements() > options.threshold();
        StringBuilder s = new StringBuilder(OPENING);
        if (t.elements() == 0) {
            s.append("[]");
        } else {
            new Rows(t, options, summary).append(s);
        }
        if (!t.device().equals(Device.CPU)) {
            s.append(", device=").append(t.device());
        }
        if (t.dtype() != DType.F32) {
            s.append(", dtype=").append(t.dtype());
        }
        if (summary || (t.elements() == 0 && !t.shape().equals(Shape.of(0)))) {
            s.append(", shape=").append(t.shape());
        }
        return s.append(')').toString();
    }

    /** The rows of one tensor, in one format and column width. */
    private static final class Rows {
        private final ConcreteTensor t;
        private final PrintOptions options;
        private final boolean summary;
        private final List<String> cells = new ArrayList<>();
        private int next;
        private int width;

        Rows(ConcreteTensor t, PrintOptions options, boolean summary) {
            this.t = t;
            this.options = options;
            this.summary = summary;
            List<Double> values = new ArrayList<>();
            List<Long> whole = new ArrayList<>();
            collect(0, 0, values, whole);
            NumberFormat format = NumberFormat.of(
                    t.dtype(), values.stream().mapToDouble(Double::doubleValue).toArray(), options);
            for (int i = 0; i < values.size(); i++) {
                String cell = t.dtype().isInteger() ? Long.toString(whole.get(i)) : format.format(values.get(i));
                cells.add(cell);
                width = Math.max(width, cell.length());
            }
        }

        /** The indices along an axis that are shown, -1 for the gap. */
        private long[] shown(int axis) {
            long n = t.size(axis);
            int edge = options.edgeItems();
            if (!summary || n <= 2L * edge) {
                long[] all = new long[(int) n];
                Arrays.setAll(all, i -> i);
                return all;
            }
            long[] ends = new long[2 * edge + 1];
            for (int i = 0; i < edge; i++) {
                ends[i] = i;
                ends[edge + 1 + i] = n - edge + i;
            }
            ends[edge] = -1;
            return ends;
        }

        private void collect(int axis, long position, List<Double> values, List<Long> whole) {
            if (axis == t.rank()) {
                values.add(t.read(position));
                whole.add(t.dtype().isInteger() ? t.readLong(position) : 0L);
                return;
            }
            for (long i : shown(axis)) {
                if (i >= 0) {
                    collect(axis + 1, position + i * t.layout().stride(axis), values, whole);
                }
            }
        }

        void append(StringBuilder s) {
            append(s, 0);
        }

        private void append(StringBuilder s, int axis) {
            if (axis == t.rank()) {
                s.append(
                        t.rank() == 0
                                ? cells.get(next)
                                : " ".repeat(width - cells.get(next).length()) + cells.get(next));
                next++;
                return;
            }
            boolean last = axis == t.rank() - 1;
            String indent = " ".repeat(OPENING.length() + axis + 1);
            s.append('[');
            boolean first = true;
            int column = indent.length();
            for (long i : shown(axis)) {
                if (last) {
                    int step = i < 0 ? 3 : width;
                    if (!first) {
                        s.append(',');
                        boolean wraps = column + 2 + step >= options.lineWidth();
                        s.append(wraps ? "\n" + indent : " ");
                        column = wraps ? indent.length() : column + 2;
                    }
                    column += step;
                } else if (!first) {
                    s.append(',').append("\n".repeat(t.rank() - axis - 1)).append(indent);
                }
                first = false;
                if (i < 0) {
                    s.append("...");
                } else {
                    append(s, axis + 1);
                }
            }
            s.append(']');
        }
    }
}
