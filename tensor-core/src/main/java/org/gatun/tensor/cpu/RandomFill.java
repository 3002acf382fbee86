package org.gatun.tensor.cpu;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import org.gatun.bindings.Memory;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Distribution;
import org.gatun.tensor.random.Philox;

/**
 * Fills memory with random numbers: the CPU kernel of {@link org.gatun.tensor.ir.Op.Random}.
 *
 * <p>Element {@code i} is a function of the key, the offset and {@code i} alone, whatever the count, the number of threads and the
 * device. The random bits are the {@link Philox} stream of the key from block {@code offset} on, read as little-endian words. An
 * element takes as many bits as it has itself, in order: element {@code i} of a BOOL tensor is bit {@code i} of the stream, of a U8
 * or I8 tensor byte {@code i}, of I16 half word {@code i}, of F32 and I32 word {@code i}, of F64 and I64 the words {@code 2i} (low) and
 * {@code 2i + 1} (high). Then
 *
 * <ul>
 *   <li>uniform F32 is {@code (word >>> 8) * 2^-24}, F64 {@code (bits >>> 11) * 2^-53}: every multiple of the unit in [0, 1) equally often;
 *   <li>uniform BF16 and F16 are F32's numbers cut off to multiples of 2^-8 and 2^-11, normal ones are F32's rounded;
 *   <li>normal elements {@code 2j} and {@code 2j + 1} are the cosine and sine halves of one Box-Muller pair made from the bits of both
 *       (see {@link BoxMuller}).
 * </ul>
 */
public final class RandomFill {
    /** Elements that are made at a time: their bits stay in the first-level cache until they are numbers. A multiple of 128. */
    private static final int BLOCK = 4096;

    /** The fewest blocks of elements worth a thread. */
    private static final int GRAIN = 4;

    /** How much is done in plain Java at first, some 20 ms: as much as most programs ever need for their parameters. */
    private static final long PLAINLY = 2 << 20;

    private static final WarmUp BLOCKS = new WarmUp(16, PLAINLY);
    private static final WarmUp UNIFORM_F32 = new WarmUp(16, PLAINLY);
    private static final WarmUp UNIFORM_F64 = new WarmUp(16, PLAINLY);
    private static final WarmUp NORMAL_F32 = new WarmUp(32, PLAINLY);

    private RandomFill() {}

    /**
     * The number of Philox blocks that {@code count} elements take: what a generator's offset advances by.
     *
     * @param dtype the element type, which decides the bits per element
     * @param count the number of elements
     */
    public static long blocks(DType dtype, long count) {
        int perBlock = perBlock(dtype);
        return count / perBlock + (count % perBlock == 0 ? 0 : 1);
    }

    private static int perBlock(DType dtype) {
        return switch (dtype) {
            // Numbers of 16 bits are made of floats.
            case F32, BF16, F16, I32 -> 4;
            case F64, I64 -> 2;
            case I16 -> 8;
            case I8, U8 -> 16;
            case BOOL -> 128;
        };
    }

    /**
     * Whether numbers of a distribution come in a dtype: {@link Distribution#UNIFORM} and {@link Distribution#NORMAL} in the floating
     * ones, {@link Distribution#BITS} in the others.
     */
    public static boolean supports(Distribution distribution, DType dtype) {
        return switch (distribution) {
            case UNIFORM, NORMAL -> dtype.isFloating();
            case BITS -> !dtype.isFloating();
        };
    }

    /**
     * Writes {@code count} elements.
     *
     * @param distribution what to draw from
     * @param dtype the element type, one that {@link #supports} accepts
     * @param address where the elements go, row by row
     * @param count how many
     * @param key the key of the stream
     * @param offset the number of the first Philox block
     * @throws IllegalArgumentException if the distribution has no numbers of the dtype
     */
    public static void fill(Distribution distribution, DType dtype, long address, long count, long key, long offset) {
        if (!supports(distribution, dtype)) {
            throw new IllegalArgumentException("random: " + distribution + " numbers do not come as " + dtype
                    + ": draw " + (distribution == Distribution.BITS ? "an integer dtype or BOOL" : "a floating dtype")
                    + " and cast");
        }
        long chunks = count / BLOCK + (count % BLOCK == 0 ? 0 : 1);
        long chunkStep = BLOCK / perBlock(dtype);
        WorkerPool.parallelFor(chunks, GRAIN, (from, to) -> {
            for (long c = from; c < to; c++) {
                long first = c * BLOCK;
                int n = (int) Math.min(BLOCK, count - first);
                long at = address + first * dtype.bytes();
                if (dtype.isFloating() && dtype.isNarrow()) {
                    narrowChunk(distribution, dtype, at, n, key, offset + c * chunkStep);
                } else {
                    chunk(distribution, dtype, at, n, key, offset + c * chunkStep);
                }
            }
        });
    }

    /**
     * Writes {@code count} whole blocks, 16 bytes each, of the domain {@link Philox#DRAWS} to {@code address}.
     *
     * @param address where to write
     * @param firstBlock the number of the first block; numbers wrap around at 2^64
     * @param count how many blocks
     * @param key the key of the stream
     */
    static void fillBlocks(long address, long firstBlock, long count, long key) {
        run(
                BLOCKS,
                count,
                (i, end) -> fillBlocksScalar(address + 16 * i, firstBlock + i, end - i, key),
                (i, end) -> fillBlocksByVectors(address + 16 * i, firstBlock + i, end - i, key));
    }

    private static void run(WarmUp warmUp, long n, RangeBody plain, RangeBody vectors) {
        if (!VectorSupport.ENABLED) {
            plain.run(0, n);
        } else if (warmUp.isOver()) {
            vectors.run(0, n);
        } else {
            warmUp.run(n, plain, vectors);
        }
    }

    static void fillBlocksByVectors(long address, long firstBlock, long count, long key) {
        long done = VectorPhilox.fillBlocks(address, firstBlock, count, key);
        fillBlocksScalar(address + 16 * done, firstBlock + done, count - done, key);
    }

    /** {@link #fillBlocks} in plain Java: the twin of the vector code and its reference in tests. */
    static void fillBlocksScalar(long address, long firstBlock, long count, long key) {
        int[] words = new int[Philox.WORDS];
        for (long i = 0; i < count; i++) {
            Philox.block(firstBlock + i, Philox.DRAWS, key, words);
            long to = address + 16 * i;
            for (int w = 0; w < Philox.WORDS; w++) {
                Ram.putInt(to + 4L * w, words[w]);
            }
        }
    }

    /** The F32 numbers of the same part of the stream, made narrow. */
    private static void narrowChunk(Distribution distribution, DType dtype, long address, int n, long key, long block) {
        try (Scratch scratch = Scratch.open()) {
            long floats = scratch.allocate((long) n * Float.BYTES);
            chunk(distribution, DType.F32, floats, n, key, block);
            if (distribution == Distribution.UNIFORM) {
                // Rounding would reach 1, so the bits that the dtype does not hold are dropped.
                float units = dtype == DType.F16 ? 0x1p11f : 0x1p8f;
                for (int i = 0; i < n; i++) {
                    long at = floats + 4L * i;
                    Ram.putFloat(at, (int) (Ram.getFloat(at) * units) / units);
                }
            }
            ElementwiseKernels.cast(DType.F32, dtype).apply(floats, address, n);
        }
    }

    private static void chunk(Distribution distribution, DType dtype, long address, int n, long key, long block) {
        if (dtype == DType.BOOL) {
            coins(address, n, key, block);
            return;
        }
        int blockBytes = Philox.WORDS * Integer.BYTES;
        int bytes = n * dtype.bytes();
        int whole = bytes / blockBytes;
        fillBlocks(address, block, whole, key);
        int done = whole * perBlock(dtype);
        numbers(distribution, dtype, address, done);
        if (done < n) {
            // The last block is made aside, because only a part of it belongs to us.
            long[] last = lastBlock(distribution, dtype, key, block + whole);
            for (int i = 0; i < bytes - whole * blockBytes; i++) {
                Memory.ALL.set(
                        JAVA_BYTE, address + (long) whole * blockBytes + i, (byte) (last[i >>> 3] >>> (8 * (i & 7))));
            }
        }
    }

    /** Turns the bits of {@code n} elements, in place, into numbers. */
    private static void numbers(Distribution distribution, DType dtype, long address, int n) {
        switch (distribution) {
            case UNIFORM -> {
                if (dtype == DType.F32) {
                    uniformF32(address, n);
                } else {
                    uniformF64(address, n);
                }
            }
            case NORMAL -> {
                if (dtype == DType.F32) {
                    normalF32(address, n);
                } else {
                    normalF64(address, n);
                }
            }
            case BITS -> {}
        }
    }

    private static void uniformF32(long address, int n) {
        run(
                UNIFORM_F32,
                n,
                (i, end) -> plainUniformF32(address + 4 * i, end - i),
                (i, end) -> uniformF32ByVectors(address + 4 * i, end - i));
    }

    static void uniformF32ByVectors(long address, long n) {
        int done = VectorDistributions.uniformF32(address, (int) n);
        plainUniformF32(address + 4L * done, n - done);
    }

    static void plainUniformF32(long address, long n) {
        for (long at = address; at < address + 4 * n; at += 4) {
            Ram.putFloat(at, uniform(Ram.getInt(at)));
        }
    }

    private static void uniformF64(long address, int n) {
        run(
                UNIFORM_F64,
                n,
                (i, end) -> plainUniformF64(address + 8 * i, end - i),
                (i, end) -> uniformF64ByVectors(address + 8 * i, end - i));
    }

    static void uniformF64ByVectors(long address, long n) {
        int done = VectorDistributions.uniformF64(address, (int) n);
        plainUniformF64(address + 8L * done, n - done);
    }

    static void plainUniformF64(long address, long n) {
        for (long at = address; at < address + 8 * n; at += 8) {
            Ram.putDouble(at, uniform(Ram.getLong(at)));
        }
    }

    private static void normalF32(long address, int n) {
        run(
                NORMAL_F32,
                n,
                (i, end) -> plainNormalF32(address + 4 * i, end - i),
                (i, end) -> normalF32ByVectors(address + 4 * i, end - i));
    }

    static void normalF32ByVectors(long address, long n) {
        int done = VectorDistributions.normalF32(address, (int) n);
        plainNormalF32(address + 4L * done, n - done);
    }

    static void plainNormalF32(long address, long n) {
        for (long at = address; at < address + 4 * n; at += 8) {
            float radius = BoxMuller.radius(Ram.getInt(at));
            int turn = Ram.getInt(at + 4);
            Ram.putFloat(at, BoxMuller.cosine(turn) * radius);
            Ram.putFloat(at + 4, BoxMuller.sine(turn) * radius);
        }
    }

    private static void normalF64(long address, int n) {
        for (int i = 0; i < n; i += 2) {
            long at = address + 8L * i;
            double radius = BoxMuller.radius(Memory.ALL.get(JAVA_LONG_UNALIGNED, at));
            long turn = Memory.ALL.get(JAVA_LONG_UNALIGNED, at + 8);
            Memory.ALL.set(JAVA_DOUBLE_UNALIGNED, at, BoxMuller.cosine(turn) * radius);
            Memory.ALL.set(JAVA_DOUBLE_UNALIGNED, at + 8, BoxMuller.sine(turn) * radius);
        }
    }

    /** The elements of one block as the 16 bytes they have in memory. */
    private static long[] lastBlock(Distribution distribution, DType dtype, long key, long block) {
        int[] words = new int[Philox.WORDS];
        Philox.block(block, Philox.DRAWS, key, words);
        long a = (words[0] & Philox.LOW) | ((long) words[1] << 32);
        long b = (words[2] & Philox.LOW) | ((long) words[3] << 32);
        return switch (distribution) {
            case UNIFORM ->
                dtype == DType.F32
                        ? new long[] {
                            pair(uniform(words[0]), uniform(words[1])), pair(uniform(words[2]), uniform(words[3]))
                        }
                        : new long[] {Double.doubleToRawLongBits(uniform(a)), Double.doubleToRawLongBits(uniform(b))};
            case NORMAL ->
                dtype == DType.F32
                        ? new long[] {normals(words[0], words[1]), normals(words[2], words[3])}
                        : new long[] {
                            Double.doubleToRawLongBits(BoxMuller.cosine(b) * BoxMuller.radius(a)),
                            Double.doubleToRawLongBits(BoxMuller.sine(b) * BoxMuller.radius(a))
                        };
            case BITS -> new long[] {a, b};
        };
    }

    private static long normals(int radiusBits, int turn) {
        float radius = BoxMuller.radius(radiusBits);
        return pair(BoxMuller.cosine(turn) * radius, BoxMuller.sine(turn) * radius);
    }

    private static long pair(float first, float second) {
        return (Float.floatToRawIntBits(first) & Philox.LOW) | ((long) Float.floatToRawIntBits(second) << 32);
    }

    private static float uniform(int bits) {
        return (bits >>> 8) * 0x1p-24f;
    }

    private static double uniform(long bits) {
        return (bits >>> 11) * 0x1p-53;
    }

    /** Fair truth values: one bit each, the lowest bit of a word first. */
    private static void coins(long address, int n, long key, long block) {
        int[] words = new int[Philox.WORDS];
        for (int i = 0; i < n; i++) {
            if (i % 128 == 0) {
                Philox.block(block + i / 128, Philox.DRAWS, key, words);
            }
            int word = words[(i >>> 5) & 3];
            Memory.ALL.set(JAVA_BYTE, address + i, (byte) ((word >>> (i & 31)) & 1));
        }
    }
}
