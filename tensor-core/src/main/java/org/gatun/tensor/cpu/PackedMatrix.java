package org.gatun.tensor.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * A matrix of floats that few rows at a time are multiplied by, again and again: it is packed once, in panels of two vectors of columns, where a
 * library would pack it for every product.
 */
final class PackedMatrix {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int PANEL = 2 * LANES;
    private static final long VECTOR = 4L * LANES;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private final int depth;
    private final int columns;
    private final long panels;

    /** Packs a matrix into scratch memory; columns beyond the last are 0. */
    PackedMatrix(Matrix b, Scratch scratch) {
        this.depth = (int) b.rows();
        this.columns = (int) b.columns();
        int count = (columns + PANEL - 1) / PANEL;
        this.panels = scratch.allocate(4L * depth * PANEL * count);
        boolean byRows = b.columnStride() == 1;
        for (int panel = 0; panel < count; panel++) {
            long to = panels + 4L * depth * PANEL * panel;
            int width = Math.min(PANEL, columns - panel * PANEL);
            if (width < PANEL) {
                Ram.zero(to, 4L * depth * PANEL);
            }
            for (int p = 0; p < depth; p++) {
                long from = b.address() + 4L * (p * b.rowStride() + (long) panel * PANEL * b.columnStride());
                if (byRows) {
                    Ram.copy(from, to + 4L * p * PANEL, 4L * width);
                } else {
                    for (int j = 0; j < width; j++) {
                        Ram.putFloat(to + 4L * (p * PANEL + j), Ram.getFloat(from + 4L * j * b.columnStride()));
                    }
                }
            }
        }
    }

    /** {@code c = a b} for contiguous rows a, into contiguous rows. */
    void multiply(long a, int rows, long c) {
        try (Scratch scratch = Scratch.open()) {
            multiply(a, rows, c, scratch.allocate(2 * VECTOR));
        }
    }

    private void multiply(long a, int rows, long c, long tile) {
        for (int first = 0; first < columns; first += PANEL) {
            long panel = panels + 4L * depth * first;
            boolean whole = first + PANEL <= columns;
            for (int r = 0; r < rows; r += 4) {
                long at = a + 4L * r * depth;
                long to = c + 4L * ((long) r * columns + first);
                if (r + 4 <= rows && whole) {
                    four(at, 4L * depth, panel, depth, to, 4L * columns);
                } else {
                    int count = Math.min(4, rows - r);
                    for (int k = 0; k < count; k++) {
                        one(at + 4L * k * depth, panel, depth, tile);
                        Ram.copy(tile, to + 4L * k * columns, 4L * Math.min(PANEL, columns - first));
                    }
                }
            }
        }
    }

    private static void four(long a, long step, long panel, int depth, long c, long cStep) {
        FloatVector s00 = FloatVector.zero(SPECIES);
        FloatVector s01 = FloatVector.zero(SPECIES);
        FloatVector s10 = FloatVector.zero(SPECIES);
        FloatVector s11 = FloatVector.zero(SPECIES);
        FloatVector s20 = FloatVector.zero(SPECIES);
        FloatVector s21 = FloatVector.zero(SPECIES);
        FloatVector s30 = FloatVector.zero(SPECIES);
        FloatVector s31 = FloatVector.zero(SPECIES);
        for (int p = 0; p < depth; p++) {
            long at = panel + 2L * VECTOR * p;
            FloatVector b0 = load(at);
            FloatVector b1 = load(at + VECTOR);
            long from = a + 4L * p;
            FloatVector x0 = FloatVector.broadcast(SPECIES, Ram.getFloat(from));
            s00 = x0.fma(b0, s00);
            s01 = x0.fma(b1, s01);
            FloatVector x1 = FloatVector.broadcast(SPECIES, Ram.getFloat(from + step));
            s10 = x1.fma(b0, s10);
            s11 = x1.fma(b1, s11);
            FloatVector x2 = FloatVector.broadcast(SPECIES, Ram.getFloat(from + 2 * step));
            s20 = x2.fma(b0, s20);
            s21 = x2.fma(b1, s21);
            FloatVector x3 = FloatVector.broadcast(SPECIES, Ram.getFloat(from + 3 * step));
            s30 = x3.fma(b0, s30);
            s31 = x3.fma(b1, s31);
        }
        s00.intoMemorySegment(Ram.ALL, c, ORDER);
        s01.intoMemorySegment(Ram.ALL, c + VECTOR, ORDER);
        s10.intoMemorySegment(Ram.ALL, c + cStep, ORDER);
        s11.intoMemorySegment(Ram.ALL, c + cStep + VECTOR, ORDER);
        s20.intoMemorySegment(Ram.ALL, c + 2 * cStep, ORDER);
        s21.intoMemorySegment(Ram.ALL, c + 2 * cStep + VECTOR, ORDER);
        s30.intoMemorySegment(Ram.ALL, c + 3 * cStep, ORDER);
        s31.intoMemorySegment(Ram.ALL, c + 3 * cStep + VECTOR, ORDER);
    }

    private static void one(long a, long panel, int depth, long c) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = FloatVector.zero(SPECIES);
        for (int p = 0; p < depth; p++) {
            long at = panel + 2L * VECTOR * p;
            FloatVector x = FloatVector.broadcast(SPECIES, Ram.getFloat(a + 4L * p));
            s0 = x.fma(load(at), s0);
            s1 = x.fma(load(at + VECTOR), s1);
        }
        s0.intoMemorySegment(Ram.ALL, c, ORDER);
        s1.intoMemorySegment(Ram.ALL, c + VECTOR, ORDER);
    }

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER);
    }
}
