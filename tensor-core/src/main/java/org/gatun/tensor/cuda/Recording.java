package org.gatun.tensor.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.function.LongConsumer;
import org.gatun.bindings.cuda.CudaException;
import org.gatun.bindings.cuda.CudaGraphs;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.DeviceException;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * A step of one thread on a GPU that is captured as a graph, and then launched as a whole: the graph, its memory, and what the host does at
 * each launch. {@link org.gatun.tensor.CudaGraph} is its public face.
 */
public final class Recording {
    private static final ThreadLocal<@Nullable Recording> CURRENT = new ThreadLocal<>();

    /** The bytes that cuBLAS is given to work in, as NVIDIA recommends since Hopper; otherwise it would allocate within the graph. */
    private static final long WORKSPACE = 32 << 20;

    /** The numbers of the host in one piece of the device's memory. */
    private static final int CELLS = 256;

    private final CudaDevice gpu;

    /** Keeps the lane from going to another thread. */
    private final Lane.Hold hold;

    private final GraphMemory memory;
    private final List<Long> sites = new ArrayList<>();

    /** What the host does before each launch, in the order of the step. */
    private final List<Runnable> work = new ArrayList<>();

    /** What is done when the graph is closed. */
    private final List<Runnable> atEnd = new ArrayList<>();

    private final List<Cells> cells = new ArrayList<>();
    private final Generator.Draws draws;
    private final List<Drawn> drawn = new ArrayList<>();
    private @Nullable ConcreteTensor workspace;
    private long executable;
    private boolean closed;

    /** Whether the host's work runs just now. */
    private boolean onHost;

    /** Numbers of the host, 8 bytes each, and their copy on the device. */
    private static final class Cells {
        private final MemorySegment host = Arena.ofAuto().allocate((long) CELLS * Long.BYTES, Long.BYTES);

        /** What the device has, unless the step itself changes it. */
        private final MemorySegment sent = Arena.ofAuto().allocate((long) CELLS * Long.BYTES, Long.BYTES);

        private boolean isSent;
        private boolean isChanged;
        private final ConcreteTensor device;
        private int count;

        private Cells(CudaDevice gpu) {
            // Not by gpu.allocate: an operation that draws and then fails would close what it made.
            device = ConcreteTensor.allocate(DType.I64, Shape.of(CELLS), gpu.device());
            device.unscope();
        }

        /** Ends the capture: what the step changed in place it changes in each run. */
        private void complete() {
            isChanged = device.storage().version() != 0;
        }

        /** Brings the numbers to the device, if they are other ones than those it has. */
        private void send(Lane lane) {
            if (isSent && !isChanged && host.mismatch(sent) < 0) {
                return;
            }
            lane.staging().upload(host.asSlice(0, (long) count * Long.BYTES), device.address());
            sent.copyFrom(host);
            isSent = true;
        }

        private long at(int cell) {
            return host.address() + (long) cell * Long.BYTES;
        }
    }

    /** A generator that the step draws from: where its stream stood, and where its key and what it moved on by since are kept. */
    private static final class Drawn {
        private final Generator generator;
        private final Generator.State first;
        private final Cells cells;
        private final int cell;
        private long blocks;

        private Drawn(Generator generator, Generator.State first, Cells cells) {
            this.generator = generator;
            this.first = first;
            this.cells = cells;
            this.cell = cells.count;
            cells.count += 2;
            set(first.key(), 0);
        }

        private void set(long key, long shift) {
            cells.host.setAtIndex(ValueLayout.JAVA_LONG, cell, key);
            cells.host.setAtIndex(ValueLayout.JAVA_LONG, cell + 1, shift);
        }

        /** Notes how many blocks the step drew. */
        private void complete() {
            Generator.State now = generator.state();
            if (now.key() != first.key() || now.position() < first.position()) {
                throw new DeviceException(
                        "CudaGraph: the step reseeds a generator that it draws from, which can't be captured: do it between runs");
            }
            blocks = now.position() - first.position();
        }

        /** Draws as many blocks as the step does. */
        private void draw() {
            Generator.Draw draw = generator.reserve(blocks);
            set(draw.key(), draw.offset() - first.position());
        }

        /** Where the device finds key and shift. */
        private long address() {
            return cells.device.address() + (long) cell * Long.BYTES;
        }
    }

    private Recording(CudaDevice gpu, Generator.Draws draws) {
        this.gpu = gpu;
        this.draws = draws;
        hold = gpu.hold();
        memory = new GraphMemory(gpu.allocator(), hold.lane().stream());
    }

    /** What this thread captures; null when it doesn't. */
    public static @Nullable Recording current() {
        return CURRENT.get();
    }

    /**
     * Captures what this thread gives a GPU to do; nothing of it runs.
     *
     * @param draws notes what generators the step draws from
     * @param step gives the device work
     * @throws DeviceException when it can't be captured; what the step changed on the host stays changed
     */
    public static Recording of(Device.Cuda device, Generator.Draws draws, Runnable step) {
        CudaDevice gpu = CudaDevice.of(device);
        try {
            gpu.lane().prepare();
            var recording = new Recording(gpu, draws);
            boolean done = false;
            try {
                recording.capture(step);
                done = true;
                return recording;
            } finally {
                if (!done) {
                    recording.close();
                }
            }
        } catch (CudaException e) {
            throw gpu.failure(e);
        }
    }

    private void capture(Runnable step) {
        begin();
        try {
            step.run();
            drawn.forEach(Drawn::complete);
            cells.forEach(Cells::complete);
        } catch (Throwable e) {
            try {
                CudaGraphs.destroy(end());
            } catch (CudaException spoilt) {
                e.addSuppressed(spoilt);
            }
            throw e;
        }
        long graph = end();
        try {
            executable = CudaGraphs.instantiate(graph);
        } finally {
            CudaGraphs.destroy(graph);
        }
    }

    private void begin() {
        ConcreteTensor room = gpu.allocate(DType.U8, Shape.of(WORKSPACE));
        room.unscope();
        workspace = room;
        hold.lane().useWorkspace(room.address(), WORKSPACE);
        Lock lock = gpu.allocator().capturing();
        boolean begun = false;
        lock.lock();
        try {
            hold.lane().stream().begin(this);
            begun = true;
        } finally {
            lock.unlock();
            if (!begun) {
                hold.lane().dropWorkspace();
            }
        }
        CURRENT.set(this);
    }

    private long end() {
        CURRENT.remove();
        Lock lock = gpu.allocator().capturing();
        lock.lock();
        try {
            return hold.lane().stream().end();
        } finally {
            lock.unlock();
            hold.lane().dropWorkspace();
            memory.complete();
        }
    }

    GraphMemory memory() {
        if (onHost) {
            throw new DeviceException("CudaGraph.onHost: the work uses a tensor on " + device()
                    + ", which would be captured and also be done anew at each run: do that in the step itself; onHost and"
                    + " number are for objects and numbers of the host");
        }
        return memory;
    }

    /** The device. */
    public Device.Cuda device() {
        return gpu.device();
    }

    /** A number for a place where a kernel of the step may find something wrong. */
    long site(CudaFaults.Fault exception) {
        long site = hold.lane().faults().lastingSite(exception);
        sites.add(site);
        return site;
    }

    /** Does something on the host now and before each further launch. Within such work it is a part of that. */
    public void eachTime(Runnable action) {
        if (onHost) {
            action.run();
            return;
        }
        onHost = true;
        try {
            action.run();
        } finally {
            onHost = false;
        }
        work.add(action);
    }

    /** Does something when the graph is closed, on whatever thread. */
    public void atEnd(Runnable action) {
        atEnd.add(action);
    }

    /**
     * A 0-d tensor with a number of the host, which is asked for now and before each further launch.
     *
     * @param write writes the number, as an element of the dtype, to an address
     */
    public ConcreteTensor number(DType dtype, LongConsumer write) {
        Cells in = room(1);
        int cell = in.count++;
        eachTime(() -> write.accept(in.at(cell)));
        long offset = (long) cell * Long.BYTES / dtype.bytes();
        return ConcreteTensor.over(
                in.device.storage().retain(), Layout.strided(Shape.SCALAR, new long[0], offset), dtype);
    }

    /** Where a kernel finds a generator's key and what to add to the offset of a draw; 0 for numbers that no generator of this step drew. */
    long generatorState(long key, long offset) {
        Generator generator = draws.source(new Generator.Draw(key, offset));
        Generator.State first = generator == null ? null : draws.first(generator);
        if (generator == null || first == null) {
            return 0;
        }
        for (Drawn d : drawn) {
            if (d.generator == generator) {
                return d.address();
            }
        }
        var d = new Drawn(generator, first, room(2));
        drawn.add(d);
        return d.address();
    }

    private Cells room(int count) {
        Cells last = cells.isEmpty() ? null : cells.getLast();
        if (last == null || last.count + count > CELLS) {
            last = new Cells(gpu);
            cells.add(last);
        }
        return last;
    }

    /** Launches the graph for the first time: with the numbers of the step as it was captured. */
    public void launch() {
        Lane lane = hold.lane();
        CudaStream stream = lane.stream();
        try {
            memory.before(stream);
            for (Cells c : cells) {
                c.send(lane);
            }
            CudaGraphs.launch(executable, stream.handle());
        } catch (CudaException e) {
            throw gpu.failure(e);
        } finally {
            memory.after(stream);
        }
    }

    /** Does the step's work on the host anew, and launches the graph. */
    public void replay() {
        gpu.enter();
        work.forEach(Runnable::run);
        drawn.forEach(Drawn::draw);
        launch();
        memory.changed();
    }

    /** Lets the graph and its memory go, after the launches so far; from any thread. */
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        cells.forEach(c -> c.device.close());
        if (workspace != null) {
            workspace.close();
        }
        atEnd.forEach(Runnable::run);
        try {
            gpu.enter();
            if (executable != 0) {
                CudaGraphs.destroyExecutable(executable);
            }
        } catch (CudaException e) {
            gpu.lost(e);
        }
        memory.close();
        sites.forEach(hold.lane().faults()::forget);
    }
}
