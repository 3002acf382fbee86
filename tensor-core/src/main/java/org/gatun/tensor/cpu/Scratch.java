package org.gatun.tensor.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Temporary memory of the current thread, used as a stack: kernels open a frame, take what they need and close it. The
 * memory stays with the thread for the next frame, so steady work allocates nothing; it is freed when the thread is gone.
 *
 * <pre>{@code
 * try (Scratch scratch = Scratch.open()) {
 *     long buffer = scratch.allocate(bytes);
 * }
 * }</pre>
 */
final class Scratch implements AutoCloseable {

    private static final int ALIGNMENT = 64;

    /** The smallest block to ask the system for. */
    private static final long FIRST_BLOCK = 1 << 20;

    /** What a thread may hold on to between uses; blocks beyond it are given back when the outermost frame closes. */
    private static final long KEPT = 64L << 20;

    private static final ThreadLocal<Blocks> BLOCKS = ThreadLocal.withInitial(Blocks::new);

    private final Blocks blocks;
    private final int block;
    private final long used;

    private Scratch(Blocks blocks) {
        this.blocks = blocks;
        this.block = blocks.current;
        this.used = blocks.used;
        blocks.depth++;
    }

    /** Opens a frame; frames of a thread close in the reverse order. */
    static Scratch open() {
        return new Scratch(BLOCKS.get());
    }

    /** The address of {@code bytes} bytes of undefined content, aligned to 64, valid until this frame closes. */
    long allocate(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("scratch: " + bytes + " bytes: a size was computed beyond the longs");
        }
        return blocks.allocate(Math.max(bytes, 1));
    }

    @Override
    public void close() {
        blocks.current = block;
        blocks.used = used;
        if (--blocks.depth == 0) {
            blocks.trim();
        }
    }

    /** The memory of one thread. Blocks up to the current one are in use. */
    private static final class Blocks {
        private final List<MemorySegment> segments = new ArrayList<>();
        private int current = -1;
        private long used;
        private int depth;

        long allocate(long bytes) {
            long start = (used + ALIGNMENT - 1) & -ALIGNMENT;
            if (current < 0 || bytes > segments.get(current).byteSize() - start) {
                nextBlock(bytes);
                start = 0;
            }
            used = start + bytes;
            return segments.get(current).address() + start;
        }

        private void nextBlock(long bytes) {
            int next = current + 1;
            // Blocks after the current one are free. One that is too small is replaced, not kept beside the larger one.
            if (next < segments.size() && segments.get(next).byteSize() < bytes) {
                segments.subList(next, segments.size()).clear();
            }
            if (next == segments.size()) {
                long size = Math.max(
                        bytes,
                        next == 0 ? FIRST_BLOCK : 2 * segments.get(next - 1).byteSize());
                if (size > KEPT) {
                    size = bytes;
                }
                segments.add(Arena.ofAuto().allocate(size, ALIGNMENT));
            }
            current = next;
        }

        void trim() {
            long total = 0;
            for (int i = 0; i < segments.size(); i++) {
                total += segments.get(i).byteSize();
                if (total > KEPT) {
                    segments.subList(i, segments.size()).clear();
                    return;
                }
            }
        }
    }
}
