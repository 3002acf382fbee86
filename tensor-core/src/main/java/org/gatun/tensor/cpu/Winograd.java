package org.gatun.tensor.cpu;

import java.util.concurrent.atomic.AtomicBoolean;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;

/**
 * Convolutions of F32 images with windows of 3 x 3, one apart, in fewer products (Winograd 1980, Lavin and Gray 2016): a tile of 2 x 2
 * results is {@code A' ((G w G') * (B' d B)) A} for the window's weights w and the piece d of the image, 4 x 4, that it needs. The product in
 * the middle is elementwise, 16 products instead of 36, and its sum over channels is, for each of the 16 places, a matrix product over all
 * tiles. The gradient of the image is the same convolution of the cotangents g by the turned window; that of the weights is {@code G'
 * (sum (A g A') * (B' d B)) G} over all tiles.
 *
 * <p>Measured beside sums in double precision, rounding errors are those of a plain sum, at most 1.7 times them on average: there are fewer
 * terms to add. But they go by the largest numbers of a tile's whole piece of the image, also for the result beside, whose own window may
 * hold small ones only: an error is up to about 2^-21, of many channels more, times the sum, over channels, of the piece's largest number times the window's
 * absolute sum. Where images hold such steps and the digits count, {@code -Dgatun.conv.winograd=off} has all convolutions summed plainly. A
 * number that is not finite would spread over its tile: the methods return false when a result is not finite, for the plain way to
 * compute it again.
 */
final class Winograd {
    /** {@code off} turns the method off. */
    static final String PROPERTY = "gatun.conv.winograd";

    private static final boolean ENABLED =
            VectorSupport.ENABLED && !"off".equalsIgnoreCase(System.getProperty(PROPERTY));

    /** The places of a transformed tile. */
    private static final int PLACES = 16;

    /** The bytes for transformed tiles of images and of results, unless many weights are read for them: half a second-level cache. */
    private static final long TILE_BYTES = 512 * 1024;

    /** The most bytes for them, of which each thread has as many. */
    private static final long MOST_BYTES = 16 << 20;

    /** The fewest tiles that make a matrix product worth while, and the most. */
    private static final long LEAST_TILES = 128;

    private static final long MOST_TILES = 512;

    /** The fewest channels on both sides. */
    private static final long LEAST_CHANNELS = 16;

    /** The fewest multiply-adds of a plain convolution for each weight, which is transformed once. */
    private static final long LEAST_USES = 256;

    /** Weights that are transformed at a time. */
    private static final int CHUNK = 256;

    /** Chunks worth handing to another thread. */
    private static final long GRAIN_CHUNKS = 16;

    private final ConvGeometry geometry;

    private Winograd(ConvGeometry geometry) {
        this.geometry = geometry;
    }

    /** Whether the method is there for such a convolution, and faster. */
    static boolean fits(DType dtype, ConvGeometry g) {
        var spec = g.spec();
        return dtype == DType.F32
                && ENABLED
                && g.kernelHeight() == 3
                && g.kernelWidth() == 3
                && spec.strideH() == 1
                && spec.strideW() == 1
                && spec.dilationH() == 1
                && spec.dilationW() == 1
                && spec.padH() <= 2
                && spec.padW() <= 2
                && Math.min(g.channels(), g.outputs()) >= LEAST_CHANNELS
                && g.batch() * g.outPlane() >= LEAST_USES;
    }

    /** The method for a convolution that {@linkplain #fits fits}. */
    static Winograd of(ConvGeometry geometry) {
        return new Winograd(geometry);
    }

    /** As {@link Convolution#forward}; returns whether the result is finite. */
    boolean forward(long x, long weight, long y) {
        var g = geometry;
        var grid = new Grid(
                g.height(),
                g.width(),
                g.outHeight(),
                g.outWidth(),
                g.spec().padH(),
                g.spec().padW());
        return filter(grid, g.channels(), g.outputs(), x, weight, false, y);
    }

    /** As {@link Convolution#inputGradient}; returns whether the result is finite. */
    boolean inputGradient(long dy, long weight, long dx) {
        var g = geometry;
        var grid = new Grid(
                g.outHeight(),
                g.outWidth(),
                g.height(),
                g.width(),
                2 - g.spec().padH(),
                2 - g.spec().padW());
        return filter(grid, g.outputs(), g.channels(), dy, weight, true, dx);
    }

    /**
     * A plane, what comes of it, and the tiles of that.
     *
     * @param height rows of the plane
     * @param width columns of the plane
     * @param outHeight rows of the result
     * @param outWidth columns of the result
     * @param padH rows of zeros above the plane
     * @param padW columns of zeros before the plane
     */
    private record Grid(long height, long width, long outHeight, long outWidth, int padH, int padW) {
        long down() {
            return (outHeight + 1) / 2;
        }

        long across() {
            return (outWidth + 1) / 2;
        }
    }

    /**
     * How the tiles of all images are cut into blocks: bands of rows of tiles of an image, or several images.
     *
     * @param images all images
     * @param together images of a block
     * @param rows rows of tiles of a block
     * @param bands blocks of an image, if it has several
     */
    private record Blocks(long images, long together, long rows, long bands) {
        static Blocks of(Grid grid, long images, long groups, long channels, long outputs) {
            long down = grid.down();
            long tiles = down * grid.across();
            long bytes = PLACES * 4 * (channels + outputs);
            // Each block reads all weights: as many bytes of tiles, but still a block for each thread.
            long balanced = Math.min(channels * outputs / (channels + outputs), images * tiles / WorkerPool.threads());
            long most = Math.min(MOST_TILES, MOST_BYTES / bytes);
            long wanted = Math.max(LEAST_TILES, Math.min(Math.max(TILE_BYTES / bytes, balanced), most));
            if (tiles >= wanted) {
                long rows = Math.max(1, wanted / grid.across());
                long bands = Math.ceilDiv(down, rows);
                return new Blocks(images, 1, Math.ceilDiv(down, bands), bands);
            }
            // The images of a block have the same weights. There should be a block for each thread.
            long share = Math.ceilDiv(images, WorkerPool.threads());
            long together = groups > 1 ? 1 : Math.clamp(Math.min(wanted / Math.max(1, tiles), share), 1, images);
            return new Blocks(images, together, down, 1);
        }

        long count() {
            return bands > 1 ? images * bands : Math.ceilDiv(images, together);
        }

        long firstImage(long block) {
            return bands > 1 ? block / bands : block * together;
        }

        int imagesOf(long block) {
            return (int) Math.min(together, images - firstImage(block));
        }

        long firstRow(long block) {
            return bands > 1 ? block % bands * rows : 0;
        }

        int rowsOf(long block, Grid grid) {
            return (int) Math.min(rows, grid.down() - firstRow(block));
        }
    }

    private boolean filter(Grid grid, long channels, long outputs, long x, long weight, boolean turned, long y) {
        long groups = geometry.groups();
        long perGroup = channels * outputs;
        var blocks = Blocks.of(grid, geometry.batch() * groups, groups, channels, outputs);
        var finite = new AtomicBoolean(true);
        try (Scratch scratch = Scratch.open()) {
            Tiles weights = Tiles.allocate(groups, perGroup, scratch);
            transformWeights(weight, groups * perGroup, turned, weights);
            WorkerPool.parallelFor(blocks.count(), 1, (begin, end) -> {
                for (long block = begin; block < end; block++) {
                    long group = blocks.firstImage(block) % groups;
                    Tiles own = new Tiles(weights.address + 4 * group * perGroup, weights.row, weights.step);
                    if (!filter(grid, blocks, block, channels, outputs, x, own, turned, y)) {
                        finite.set(false);
                    }
                }
            });
        }
        return finite.get();
    }

    private static boolean filter(
            Grid grid,
            Blocks blocks,
            long block,
            long channels,
            long outputs,
            long x,
            Tiles weights,
            boolean turned,
            long y) {
        int images = blocks.imagesOf(block);
        int rows = blocks.rowsOf(block, grid);
        long first = blocks.firstImage(block);
        int tiles = (int) (rows * grid.across());
        try (Scratch scratch = Scratch.open()) {
            Tiles in = Tiles.allocate(channels, (long) images * tiles, scratch);
            transformImages(
                    grid,
                    x + 4 * first * channels * grid.height * grid.width,
                    images,
                    channels,
                    blocks.firstRow(block),
                    rows,
                    in);
            Tiles out = Tiles.allocate(outputs, (long) images * tiles, scratch);
            for (int place = 0; place < PLACES; place++) {
                Matrix stored = turned
                        ? Matrix.contiguous(weights.at(place), channels, outputs)
                                .transposed()
                        : Matrix.contiguous(weights.at(place), outputs, channels);
                Matrix image = new Matrix(in.at(place), channels, (long) images * tiles, in.row, 1);
                Gemm.multiply(DType.F32, stored, image, out.at(place), out.row, false, null);
            }
            return transformResults(
                    grid,
                    out,
                    images,
                    outputs,
                    blocks.firstRow(block),
                    rows,
                    y + 4 * first * outputs * grid.outHeight * grid.outWidth);
        }
    }

    /** As {@link Convolution#weightGradient}; returns whether the result is finite. */
    boolean weightGradient(long dy, long x, long dw) {
        var g = geometry;
        var grid = new Grid(
                g.height(),
                g.width(),
                g.outHeight(),
                g.outWidth(),
                g.spec().padH(),
                g.spec().padW());
        long groups = g.groups();
        long size = groups * g.outputs() * g.channels();
        var blocks = Blocks.of(grid, g.batch() * groups, groups, g.channels(), g.outputs());
        int parts =
                (int) Math.min(WorkerPool.parts(blocks.count(), 1), 1 + Convolution.SUM_BYTES / (PLACES * 4 * size));
        try (Scratch scratch = Scratch.open()) {
            Tiles[] sums = new Tiles[parts];
            for (int part = 0; part < parts; part++) {
                sums[part] = Tiles.allocate(groups, g.outputs() * g.channels(), scratch);
            }
            WorkerPool.forParts(parts, blocks.count(), (part, begin, end) -> {
                boolean[] begun = new boolean[(int) groups];
                for (long block = begin; block < end; block++) {
                    int group = (int) (blocks.firstImage(block) % groups);
                    addWeightGradient(grid, blocks, block, dy, x, group, sums[part], begun[group]);
                    begun[group] = true;
                }
                for (int group = 0; group < groups; group++) {
                    for (int place = 0; place < PLACES && !begun[group]; place++) {
                        Ram.zero(sums[part].at(place) + 4L * group * (size / groups), 4 * (size / groups));
                    }
                }
            });
            BinaryKernel add = ElementwiseKernels.binary(BinaryFn.ADD, DType.F32);
            WorkerPool.parallelFor(parts == 1 ? 0 : PLACES, 1, (begin, end) -> {
                for (int place = (int) begin; place < end; place++) {
                    for (int part = 1; part < parts; part++) {
                        add.apply(sums[0].at(place), sums[part].at(place), sums[0].at(place), size);
                    }
                }
            });
            return finishWeights(sums[0], size, dw);
        }
    }

    private void addWeightGradient(
            Grid grid, Blocks blocks, long block, long dy, long x, int group, Tiles sum, boolean accumulate) {
        var g = geometry;
        int images = blocks.imagesOf(block);
        int rows = blocks.rowsOf(block, grid);
        long first = blocks.firstImage(block);
        long firstRow = blocks.firstRow(block);
        long tiles = (long) images * rows * grid.across();
        try (Scratch scratch = Scratch.open()) {
            Tiles in = Tiles.allocate(g.channels(), tiles, scratch);
            transformImages(grid, x + 4 * first * g.channels() * g.plane(), images, g.channels(), firstRow, rows, in);
            Tiles cotangents = Tiles.allocate(g.outputs(), tiles, scratch);
            transformCotangents(
                    grid, dy + 4 * first * g.outputs() * g.outPlane(), images, g.outputs(), firstRow, rows, cotangents);
            for (int place = 0; place < PLACES; place++) {
                Matrix left = new Matrix(cotangents.at(place), g.outputs(), tiles, cotangents.row, 1);
                Matrix right = new Matrix(in.at(place), g.channels(), tiles, in.row, 1).transposed();
                long to = sum.at(place) + 4L * group * g.outputs() * g.channels();
                Gemm.multiply(DType.F32, left, right, to, g.channels(), accumulate, null);
            }
        }
    }

    /**
     * Transformed tiles or weights: for each of the 16 places rows of numbers.
     *
     * @param address the first one
     * @param row floats from one row to the next
     * @param step bytes from one place to the next, an odd number of cache lines: the places of a tile lie in different sets
     */
    private record Tiles(long address, long row, long step) {
        static Tiles allocate(long rows, long columns, Scratch scratch) {
            long lines = Math.ceilDiv(4 * (rows * columns + WinogradLoops.SLACK), 64L) | 1;
            return new Tiles(scratch.allocate(PLACES * lines * 64), columns, lines * 64);
        }

        long at(int place) {
            return address + place * step;
        }
    }

    /** Planes of a piece of an image: for each column of a tile those of the even and of the odd rows, tiles side by side. */
    private record Split(long address, long step) {
        static Split allocate(int planes, long rows, long across, Scratch scratch) {
            long lines = Math.ceilDiv(4 * (rows * across + WinogradLoops.SLACK), 64L) | 1;
            return new Split(scratch.allocate(planes * lines * 64), lines * 64);
        }

        long plane(int column, int parity) {
            return address + (2 * column + parity) * step;
        }
    }

    /** {@code B' d B} for rows of tiles of all channels of some images. */
    private static void transformImages(
            Grid grid, long x, int images, long channels, long firstRow, int rows, Tiles out) {
        int across = (int) grid.across();
        int tiles = rows * across;
        long width = 2L * across + 2;
        try (Scratch scratch = Scratch.open()) {
            long bytes = 4L * ((2L * rows + 2) * width + 2L * WinogradLoops.SLACK);
            long padded = scratch.allocate(bytes);
            Ram.zero(padded, bytes);
            Split split = Split.allocate(8, rows + 1L, across, scratch);
            long top = 2 * firstRow - grid.padH;
            long from = Math.max(0, top);
            int count = (int) (Math.min(grid.height, top + 2L * rows + 2) - from);
            long inside = padded + 4 * ((from - top) * width + grid.padW);
            // In the order in which results lie.
            for (long channel = 0; channel < channels; channel++) {
                for (int image = 0; image < images; image++) {
                    long plane = x + 4 * (image * channels + channel) * grid.height * grid.width;
                    RowLoops.get()
                            .copyWords(
                                    plane + 4 * from * grid.width,
                                    4 * grid.width,
                                    inside,
                                    4 * width,
                                    (int) grid.width,
                                    count);
                    for (int k = 0; k < 4; k++) {
                        int parity = k % 2;
                        int column = k / 2 * 2;
                        WinogradLoops.split(
                                padded + 4 * (parity * width + column),
                                8 * width,
                                split.plane(column, parity),
                                split.plane(column + 1, parity),
                                4L * across,
                                across,
                                rows + 1);
                    }
                    long to = out.address + 4 * (channel * out.row + (long) image * tiles);
                    for (int i = 0; i < 4; i++) {
                        int a = i == 2 ? 2 : Math.min(i, 1);
                        int b = i == 2 ? 1 : Math.max(2, i);
                        WinogradLoops.image(
                                split.plane(0, a % 2) + 4L * (a / 2) * across,
                                split.plane(0, b % 2) + 4L * (b / 2) * across,
                                2 * split.step,
                                i == 1 ? 1 : -1,
                                to + 4L * i * out.step,
                                out.step,
                                tiles);
                    }
                }
            }
        }
    }

    /** {@code A g A'} for rows of tiles of all channels of some images' cotangents. */
    private static void transformCotangents(
            Grid grid, long dy, int images, long channels, long firstRow, int rows, Tiles out) {
        int across = (int) grid.across();
        int tiles = rows * across;
        long width = 2L * across;
        try (Scratch scratch = Scratch.open()) {
            long bytes = 4L * (2L * rows * width + 2L * WinogradLoops.SLACK);
            long padded = scratch.allocate(bytes);
            Ram.zero(padded, bytes);
            Split split = Split.allocate(4, rows, across, scratch);
            int count = (int) Math.min(2L * rows, grid.outHeight - 2 * firstRow);
            // In the order in which results lie.
            for (long channel = 0; channel < channels; channel++) {
                for (int image = 0; image < images; image++) {
                    long plane = dy + 4 * (image * channels + channel) * grid.outHeight * grid.outWidth;
                    RowLoops.get()
                            .copyWords(
                                    plane + 8 * firstRow * grid.outWidth,
                                    4 * grid.outWidth,
                                    padded,
                                    4 * width,
                                    (int) grid.outWidth,
                                    count);
                    for (int parity = 0; parity < 2; parity++) {
                        WinogradLoops.split(
                                padded + 4L * parity * width,
                                8 * width,
                                split.plane(0, parity),
                                split.plane(1, parity),
                                4L * across,
                                across,
                                rows);
                    }
                    long to = out.address + 4 * (channel * out.row + (long) image * tiles);
                    for (int i = 0; i < 4; i++) {
                        WinogradLoops.cotangent(
                                split.plane(0, 0),
                                split.plane(0, 1),
                                2 * split.step,
                                i == 3 ? 0 : 1,
                                i == 0 ? 0 : i == 1 ? 1 : -1,
                                to + 4L * i * out.step,
                                out.step,
                                tiles);
                    }
                }
            }
        }
    }

    /** {@code A' m A} for rows of tiles of all channels of some results; returns whether all are finite. */
    private static boolean transformResults(
            Grid grid, Tiles in, int images, long channels, long firstRow, int rows, long y) {
        int across = (int) grid.across();
        int tiles = rows * across;
        boolean finite = true;
        try (Scratch scratch = Scratch.open()) {
            long lines = scratch.allocate(4L * (2L * tiles + 2L * WinogradLoops.SLACK));
            for (int image = 0; image < images; image++) {
                for (long channel = 0; channel < channels; channel++) {
                    long from = in.address + 4 * (channel * in.row + (long) image * tiles);
                    long plane = y + 4 * (image * channels + channel) * grid.outHeight * grid.outWidth;
                    for (int i = 0; i < 2; i++) {
                        long first = from + 4L * i * in.step;
                        WinogradLoops.result(
                                first,
                                first + 4 * in.step,
                                first + 8 * in.step,
                                in.step,
                                i == 0 ? 1 : -1,
                                lines,
                                tiles);
                        finite &= WinogradLoops.copyFinite(
                                lines,
                                8L * across,
                                plane + 4 * (2 * firstRow + i) * grid.outWidth,
                                8 * grid.outWidth,
                                (int) grid.outWidth,
                                (int) Math.min(rows, (grid.outHeight - 2 * firstRow - i + 1) / 2));
                    }
                }
            }
        }
        return finite;
    }

    /** {@code G w G'} for so many windows w, turned half around if wanted. */
    private static void transformWeights(long weight, long count, boolean turned, Tiles out) {
        long plane = 4L * CHUNK + 64;
        WorkerPool.parallelFor(Math.ceilDiv(count, CHUNK), GRAIN_CHUNKS, (begin, end) -> {
            try (Scratch scratch = Scratch.open()) {
                long taps = scratch.allocate(9 * plane);
                long half = scratch.allocate(12 * plane);
                for (long chunk = begin; chunk < end; chunk++) {
                    long first = chunk * CHUNK;
                    int n = (int) Math.min(CHUNK, count - first);
                    for (int tap = 0; tap < 9; tap++) {
                        takeApart(weight + 4 * (9 * first + (turned ? 8 - tap : tap)), taps + tap * plane, n);
                    }
                    for (int column = 0; column < 3; column++) {
                        WinogradLoops.spread(taps + column * plane, 3 * plane, half + column * plane, 3 * plane, n);
                    }
                    for (int i = 0; i < 4; i++) {
                        WinogradLoops.spread(half + 3L * i * plane, plane, out.at(4 * i) + 4 * first, out.step, n);
                    }
                }
            }
        });
    }

    private static void takeApart(long windows, long tap, int n) {
        for (int i = 0; i < n; i++) {
            Ram.putFloat(tap + 4L * i, Ram.getFloat(windows + 36L * i));
        }
    }

    /** {@code G' s G} for so many windows; returns whether all are finite. */
    private static boolean finishWeights(Tiles sums, long count, long dw) {
        long plane = 4L * CHUNK + 64;
        boolean finite = true;
        try (Scratch scratch = Scratch.open()) {
            long half = scratch.allocate(12 * plane);
            long taps = scratch.allocate(9 * plane);
            for (long first = 0; first < count; first += CHUNK) {
                int n = (int) Math.min(CHUNK, count - first);
                for (int column = 0; column < 4; column++) {
                    WinogradLoops.gather(
                            sums.at(column) + 4 * first, 4 * sums.step, half + column * plane, 4 * plane, n);
                }
                for (int i = 0; i < 3; i++) {
                    WinogradLoops.gather(half + 4L * i * plane, plane, taps + 3L * i * plane, plane, n);
                }
                for (int tap = 0; tap < 9; tap++) {
                    finite &= putTogether(taps + tap * plane, dw + 4 * (9 * first + tap), n);
                }
            }
        }
        return finite;
    }

    private static boolean putTogether(long tap, long windows, int n) {
        float sum = 0;
        for (int i = 0; i < n; i++) {
            float value = Ram.getFloat(tap + 4L * i);
            sum += value * 0;
            Ram.putFloat(windows + 36L * i, value);
        }
        return sum == 0;
    }
}
