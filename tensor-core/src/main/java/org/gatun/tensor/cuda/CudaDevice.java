package org.gatun.tensor.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.gatun.bindings.CudaGpu;
import org.gatun.bindings.NativeLibraries;
import org.gatun.bindings.cuda.CudaDriver;
import org.gatun.bindings.cuda.CudaException;
import org.gatun.bindings.cuda.CudaMemory;
import org.gatun.bindings.cuda.DeviceAttribute;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.DeviceException;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * A GPU in use: its primary context, its memory and kernels, and for each thread a {@link Lane}. Lanes of threads that have ended serve
 * new threads.
 */
final class CudaDevice implements Gpu {
    private static final Map<Integer, CudaDevice> DEVICES = new ConcurrentHashMap<>();

    /** The context that each thread made current last; 0 for none. */
    private static final ThreadLocal<long[]> CURRENT = ThreadLocal.withInitial(() -> new long[1]);

    private static final int THREADS = 256;
    private static final int WARP = 32;

    /** How many blocks of {@link #THREADS} threads keep a multiprocessor busy, with some to spare. */
    private static final int BLOCKS_EACH = 16;

    private final Device.Cuda device;
    private final long context;
    private final int multiprocessors;
    private final CudaAllocator allocator;
    private final KernelCache kernels;
    private final ConcurrentLinkedQueue<Lane> idle = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Claim> claims = new ConcurrentLinkedQueue<>();
    private final Collection<CudaStream> streams = new ConcurrentLinkedQueue<>();
    private final Map<CudaStream, Faulty> faulty = new ConcurrentHashMap<>();

    @SuppressWarnings("ThreadLocalUsage") // devices are as static as the class: one for each GPU
    private final ThreadLocal<Lane.Hold> lanes = new ThreadLocal<>();

    /** Which thread has a claim on a lane: when the thread has ended, the claim may go to another, before the collector has come by. */
    private record Claim(WeakReference<Thread> thread, WeakReference<Lane.Hold> hold) {
        boolean ended() {
            Thread owner = thread.get();
            return owner == null || !owner.isAlive();
        }
    }

    /**
     * Where a stream's values may have gone wrong.
     *
     * @param lane the stream's faults
     * @param sources the streams whose values it read since its last wait
     */
    private record Faulty(Lane lane, Set<CudaStream> sources) {}

    private volatile @Nullable CudaException lost;

    private CudaDevice(Device.Cuda device) {
        this.device = Device.cuda(device.ordinal());
        CudaDriver.init();
        int handle = CudaDriver.device(device.ordinal());
        context = CudaDriver.retainPrimaryContext(handle);
        enter();
        multiprocessors = CudaDriver.attribute(handle, DeviceAttribute.MULTIPROCESSORS);
        allocator = new CudaAllocator(this, handle);
        CudaGpu description = NativeLibraries.cuda().gpus().get(device.ordinal());
        kernels = new KernelCache(description.architecture(), this::load);
    }

    /** A module of compiled kernels. */
    private long load(byte[] image) {
        enter(); // again: a virtual thread may have waited since
        return withRoom(() -> CudaDriver.loadModule(image));
    }

    /** Calls what takes memory of the driver's, once more with the caches given back if there is none left. */
    private long withRoom(LongSupplier call) {
        try {
            return call.getAsLong();
        } catch (CudaException e) {
            if (!e.outOfMemory()) {
                throw e;
            }
            allocator.trim();
            return call.getAsLong();
        }
    }

    /** The device, whose context is made on first use. */
    static CudaDevice of(Device.Cuda device) {
        CudaDevice known = DEVICES.get(device.ordinal());
        try {
            return known != null ? known : DEVICES.computeIfAbsent(device.ordinal(), n -> new CudaDevice(device));
        } catch (CudaException e) {
            throw new DeviceException(device + " can't be used: " + e.getMessage(), e);
        }
    }

    /** Makes the device's context this thread's, before the driver is called. */
    void enter() {
        long[] current = CURRENT.get();
        // A virtual thread goes on on another thread of the system at any wait; that thread's context is not known.
        if (current[0] != context || Thread.currentThread().isVirtual()) {
            CudaDriver.setContext(context);
            current[0] = context;
        }
    }

    /** This thread's stream and what goes with it; the device's context is current from then on. */
    Lane lane() {
        try {
            enter();
            return ownLane();
        } catch (CudaException e) {
            throw failure(e);
        }
    }

    private Lane ownLane() {
        Lane.Hold hold = lanes.get();
        if (hold == null) {
            hold = leftHold();
            if (hold == null) {
                Lane lane = idle.poll();
                hold = (lane == null ? newLane() : lane).hold(idle);
            }
            claims.add(new Claim(new WeakReference<>(Thread.currentThread()), new WeakReference<>(hold)));
            lanes.set(hold);
        }
        return hold.lane();
    }

    private Lane newLane() {
        try {
            var lane = new Lane();
            streams.add(lane.stream());
            faulty.put(lane.stream(), new Faulty(lane, ConcurrentHashMap.newKeySet()));
            return lane;
        } catch (CudaException e) {
            throw failure(e);
        }
    }

    /** The claim of a thread that has ended; null if there is none. */
    private Lane.@Nullable Hold leftHold() {
        for (Claim claim : claims) {
            Lane.Hold hold = claim.hold().get();
            if ((hold == null || claim.ended()) && claims.remove(claim) && hold != null) {
                return hold;
            }
        }
        return null;
    }

    /**
     * Refuses what a step that is being captured can't do.
     *
     * @param what what it does, as in "it reads a value"
     * @throws DeviceException when this thread's work is being captured
     */
    void requireRunning(String what) {
        if (recording() != null) {
            throw new DeviceException("CudaGraph: the step " + what
                    + ", which can't be captured: it would happen once and not at each run. Do it outside of the step, with what it needs as"
                    + " operands or results; numbers that change from run to run come in by CudaGraph.number");
        }
    }

    /** Refuses work of a step that is captured on another device: it would happen once and not at each run. */
    void requireOwnCapture() {
        Recording recording = Recording.current();
        if (recording != null && !recording.device().equals(device)) {
            throw new DeviceException("CudaGraph: the step computes on " + device + " and is captured on "
                    + recording.device() + ": a captured step has one device; bring what it needs there before, or give"
                    + " CudaGraph.capture the device that it computes on");
        }
    }

    /** This thread's claim on its lane. */
    Lane.Hold hold() {
        lane();
        return lanes.get();
    }

    /** This thread's stream. */
    CudaStream stream() {
        return lane().stream();
    }

    /** The streams of all threads. */
    Collection<CudaStream> streams() {
        return streams;
    }

    /** Notes that work of a stream reads what another stream's work computes. */
    void reads(CudaStream stream, CudaStream source) {
        Faulty known = faulty.get(stream);
        if (known != null) {
            known.sources().add(source);
        }
    }

    /** Throws what was found wrong in the work of streams whose values this thread's work read, or theirs; all of it is done. */
    private void checkSources(Lane lane) {
        Faulty own = faulty.get(lane.stream());
        if (own == null || own.sources().isEmpty()) {
            return;
        }
        Set<CudaStream> seen = new HashSet<>(Set.of(lane.stream()));
        Deque<CudaStream> next = new ArrayDeque<>(own.sources());
        own.sources().clear();
        while (!next.isEmpty()) {
            CudaStream stream = next.pop();
            Faulty source = faulty.get(stream);
            if (source != null && seen.add(stream)) {
                if (source.lane().faults().found()) {
                    // Its later work may still write into the record; what is being captured is none.
                    source.lane().stream().drain();
                    source.lane().faults().check();
                }
                next.addAll(source.sources());
            }
        }
    }

    CudaAllocator allocator() {
        return allocator;
    }

    KernelCache kernels() {
        return kernels;
    }

    /** Notes that the device failed in a call that can't throw; the next wait throws it. */
    void lost(CudaException e) {
        lost = e;
    }

    /** What to throw when the driver failed: such a failure stays, whatever is called after it, but for a lack of memory. */
    DeviceException failure(CudaException e) {
        String advice = e.outOfMemory()
                ? ". Memory ran short, of the GPU or of the host's that a GPU can reach: close tensors or end threads that use the GPU"
                : ". What was computed on it since the last value was read is lost; after an illegal access or a lost device no"
                        + " further work is taken: start the process again";
        return new DeviceException(device + ": " + e.getMessage() + advice, e);
    }

    @Override
    public Device.Cuda device() {
        return device;
    }

    @Override
    public ConcreteTensor allocate(DType dtype, Shape shape) {
        return lane().made(ConcreteTensor.allocate(dtype, shape, device));
    }

    @Override
    public Temporary temporary(long bytes) {
        return new Temporary(allocator.allocate(bytes));
    }

    @Override
    public ConcreteTensor contiguous(ConcreteTensor x) {
        return x.isContiguous() ? x : CudaCopies.copy(this, x);
    }

    @Override
    public Kernel kernel(Object key, String name, Supplier<String> program) {
        enter();
        return kernels.kernel(key, name, program);
    }

    @Override
    public void launch(Kernel kernel, long blocks, int threads, int sharedBytes, long... arguments) {
        Lane lane = lane();
        MemorySegment structure = lane.structure(arguments.length);
        MemorySegment.copy(arguments, 0, structure, ValueLayout.JAVA_LONG, 0, arguments.length);
        try {
            CudaDriver.launch(
                    kernel.function(),
                    Math.toIntExact(blocks),
                    1,
                    1,
                    threads,
                    1,
                    1,
                    sharedBytes,
                    lane.stream().handle(),
                    lane.arguments().clear().add(structure, Long.BYTES));
        } catch (CudaException e) {
            throw failure(e);
        }
    }

    @Override
    public void launch(Kernel kernel, long items, long... arguments) {
        if (items > 0) {
            // A block no larger than the items take, in whole warps.
            int threads = (int) Math.min(THREADS, (items + WARP - 1) / WARP * WARP);
            long blocks = Math.min((items + threads - 1) / threads, (long) multiprocessors * BLOCKS_EACH);
            launch(kernel, blocks, threads, 0, arguments);
        }
    }

    @Override
    public void fill(long address, byte value, long bytes) {
        if (bytes > 0) {
            CudaMemory.fill(address, value, bytes, stream().handle());
        }
    }

    @Override
    public void copy(long source, long target, long bytes) {
        if (bytes > 0) {
            CudaMemory.copy(source, target, bytes, stream().handle());
        }
    }

    @Override
    public int multiprocessors() {
        return multiprocessors;
    }

    @Override
    public long blas() {
        return withRoom(lane()::blas);
    }

    @Override
    public long faults() {
        return lane().faults().address();
    }

    @Override
    public long site(CudaFaults.Fault exception) {
        Recording recording = recording();
        return recording == null ? lane().faults().site(exception) : recording.site(exception);
    }

    @Override
    public @Nullable Recording recording() {
        return stream().recording();
    }

    @Override
    public void synchronize() {
        CudaException failed = lost;
        if (failed != null) {
            throw failure(failed);
        }
        requireRunning("waits for the device");
        try {
            Lane lane = lane();
            lane.synchronize();
            checkSources(lane);
        } catch (CudaException e) {
            throw failure(e);
        }
    }
}
