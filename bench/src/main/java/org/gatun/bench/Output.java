package org.gatun.bench;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A result, on its way from one side to the one that compares.
 *
 * @param sizes the sizes of its axes
 * @param values its elements, row by row
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Output(long[] sizes, double[] values) {
    /** Writes results to a file. */
    static void write(Path file, List<Output> outputs) throws IOException {
        try (var out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16))) {
            out.writeInt(outputs.size());
            for (Output output : outputs) {
                out.writeInt(output.sizes.length);
                for (long size : output.sizes) {
                    out.writeLong(size);
                }
                out.writeInt(output.values.length);
                for (double value : output.values) {
                    out.writeDouble(value);
                }
            }
        }
    }

    /** Reads what {@link #write} wrote. */
    static List<Output> read(Path file) throws IOException {
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            int count = in.readInt();
            List<Output> outputs = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                long[] sizes = new long[in.readInt()];
                for (int axis = 0; axis < sizes.length; axis++) {
                    sizes[axis] = in.readLong();
                }
                double[] values = new double[in.readInt()];
                for (int j = 0; j < values.length; j++) {
                    values[j] = in.readDouble();
                }
                outputs.add(new Output(sizes, values));
            }
            return outputs;
        }
    }
}
