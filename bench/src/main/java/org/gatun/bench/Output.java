package org.gatun.bench;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
    /** Writes results to a file: how many, and of each the number of axes, that of elements, the sizes and the elements. */
    static void write(Path file, List<Output> outputs) throws IOException {
        long bytes = Long.BYTES;
        for (Output output : outputs) {
            bytes += (2L + output.sizes.length) * Long.BYTES + (long) output.values.length * Double.BYTES;
        }
        try (Arena arena = Arena.ofConfined();
                FileChannel channel = FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            MemorySegment memory = channel.map(MapMode.READ_WRITE, 0, bytes, arena);
            memory.set(JAVA_LONG_UNALIGNED, 0, outputs.size());
            long at = Long.BYTES;
            for (Output output : outputs) {
                memory.set(JAVA_LONG_UNALIGNED, at, output.sizes.length);
                memory.set(JAVA_LONG_UNALIGNED, at + Long.BYTES, output.values.length);
                at += 2 * Long.BYTES;
                MemorySegment.copy(output.sizes, 0, memory, JAVA_LONG_UNALIGNED, at, output.sizes.length);
                at += (long) output.sizes.length * Long.BYTES;
                MemorySegment.copy(output.values, 0, memory, JAVA_DOUBLE_UNALIGNED, at, output.values.length);
                at += (long) output.values.length * Double.BYTES;
            }
        }
    }

    /** Reads what {@link #write} wrote. */
    static List<Output> read(Path file) throws IOException {
        try (Arena arena = Arena.ofConfined();
                FileChannel channel = FileChannel.open(file)) {
            MemorySegment memory = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
            long count = memory.get(JAVA_LONG_UNALIGNED, 0);
            long at = Long.BYTES;
            List<Output> outputs = new ArrayList<>();
            for (long i = 0; i < count; i++) {
                long[] sizes = new long[Math.toIntExact(memory.get(JAVA_LONG_UNALIGNED, at))];
                double[] values = new double[Math.toIntExact(memory.get(JAVA_LONG_UNALIGNED, at + Long.BYTES))];
                at += 2 * Long.BYTES;
                MemorySegment.copy(memory, JAVA_LONG_UNALIGNED, at, sizes, 0, sizes.length);
                at += (long) sizes.length * Long.BYTES;
                MemorySegment.copy(memory, JAVA_DOUBLE_UNALIGNED, at, values, 0, values.length);
                at += (long) values.length * Double.BYTES;
                outputs.add(new Output(sizes, values));
            }
            return outputs;
        }
    }
}
