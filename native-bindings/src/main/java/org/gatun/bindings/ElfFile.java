package org.gatun.bindings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Whether a library of Linux is whole. The system's loader maps what the file's headers tell of without asking whether it is
 * there, and the process dies of the first access: so a copy or a download that was cut off ends the JVM.
 */
final class ElfFile {

    private static final int MAGIC = 0x464C457F;
    private static final int HEADER = 64;
    private static final int SEGMENT = 56;
    private static final int WIDE = 2;
    private static final int LITTLE_ENDIAN = 1;
    private static final int LOADED = 1;

    private ElfFile() {}

    /**
     * What a file lacks at its end.
     *
     * @param file a file
     * @return one clause, or null if nothing is missing, or if it is none of the 64-bit libraries of this format, which
     *     the system's loader says itself
     */
    static @Nullable String lack(Path file) {
        try (var channel = FileChannel.open(file)) {
            var header = read(channel, 0, HEADER);
            if (header.remaining() < HEADER
                    || header.getInt(0) != MAGIC
                    || header.get(4) != WIDE
                    || header.get(5) != LITTLE_ENDIAN
                    || header.getShort(54) != SEGMENT) {
                return null;
            }
            var table = read(channel, header.getLong(32), SEGMENT * Short.toUnsignedInt(header.getShort(56)));
            long end = 0;
            for (int at = 0; at + SEGMENT <= table.remaining(); at += SEGMENT) {
                if (table.getInt(at) == LOADED) {
                    end = Math.max(end, table.getLong(at + 8) + table.getLong(at + 32));
                }
            }
            return end > channel.size()
                    ? file + " ends after " + channel.size() + " of " + end
                            + " bytes or more: it was cut off; install it again"
                    : null;
        } catch (IOException | IllegalArgumentException unreadable) {
            return null;
        }
    }

    private static ByteBuffer read(FileChannel channel, long from, int bytes) throws IOException {
        var buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) > 0) {
            // a read may give less than was asked for
        }
        return buffer.flip();
    }
}
