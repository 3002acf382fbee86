package org.gatun.tensor.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.gatun.bindings.cuda.CudaException;
import org.gatun.bindings.cuda.CudaMemory;
import org.gatun.bindings.cuda.PoolAttribute;
import org.gatun.tensor.Device;
import org.gatun.tensor.memory.Allocator;
import org.gatun.tensor.memory.Allocators;
import org.gatun.tensor.memory.Holders;
import org.gatun.tensor.memory.LeakLevel;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.memory.OutOfNativeMemoryException;
import org.gatun.tensor.memory.Settings;
import org.gatun.tensor.memory.Storage;

/**
 * A GPU's memory in the order of streams. A block that is freed goes to the stream that it was allocated on, whose later work may use it
 * at once, so that a program in a steady state asks the driver for nothing. What streams keep goes back to the driver's pool by {@link
 * #trim}, or when memory runs short.
 *
 * <p>At leak level paranoid every block has the size that was asked for and goes back to the driver at once.
 */
final class CudaAllocator implements Allocator {
    private static final boolean KEEPS = LeakLevel.current() != LeakLevel.PARANOID;
    private static final long GRAIN = 512;

    /** The system property with the most bytes to hold of each GPU's memory. */
    private static final String LIMIT = "gatun.cuda.memory.limit";

    /** Blocks of fewer bytes are not told apart in an error's list of holders. */
    private static final long LARGE = 1 << 16;

    private final CudaDevice gpu;
    private final long pool;
    private final Set<CudaBlock> large = ConcurrentHashMap.newKeySet();

    /** Written while a stream begins or ends to be captured, so that no other thread gives it work at that time. */
    private final ReadWriteLock capturing = new ReentrantReadWriteLock();

    private final AtomicLong live = new AtomicLong();
    private final AtomicLong liveCount = new AtomicLong();
    private final AtomicLong peak = new AtomicLong();
    private final AtomicLong held = new AtomicLong();
    private final AtomicLong allocations = new AtomicLong();
    private final AtomicLong systemAllocations = new AtomicLong();
    private volatile long limit = Settings.bytes(LIMIT, System.getProperty(LIMIT));

    CudaAllocator(CudaDevice gpu, int driverDevice) {
        this.gpu = gpu;
        pool = CudaMemory.defaultPool(driverDevice);
        CudaMemory.setPoolAttribute(pool, PoolAttribute.RELEASE_THRESHOLD, Long.MAX_VALUE);
    }

    /** To be held while a stream begins or ends to be captured. */
    Lock capturing() {
        return capturing.writeLock();
    }

    Device.Cuda device() {
        return gpu.device();
    }

    @Override
    public Storage allocate(long asked) {
        if (asked < 0) {
            throw new IllegalArgumentException("allocate: the size must be 0 or more bytes, was " + asked);
        }
        long size = size(asked);
        CudaStream stream = gpu.stream();
        long address = asked == 0 ? 0 : take(size, stream);
        if (address == 0 && asked > 0) {
            address = takeInShortage(asked, size, stream);
        }
        MemoryScope scope = MemoryScope.current();
        var block = new CudaBlock(
                this,
                address,
                size,
                asked,
                stream,
                scope == null ? null : scope.name(),
                size >= LARGE ? Holders.place() : null);
        if (size >= LARGE) {
            large.add(block);
        }
        Recording recording = stream.recording();
        if (recording != null && asked > 0) {
            recording.memory().own(block);
        }
        allocations.incrementAndGet();
        liveCount.incrementAndGet();
        long now = live.addAndGet(asked);
        if (now > peak.get()) {
            peak.accumulateAndGet(now, Math::max);
        }
        return block.storage();
    }

    /** Sizes are rounded so that blocks come again: to 512 bytes, and above 4 KiB to an eighth of the power of two below. */
    private static long size(long asked) {
        if (!KEEPS || asked == 0) {
            return asked;
        }
        long grain = Math.max(GRAIN, Long.highestOneBit(asked) >> 3);
        return asked > Long.MAX_VALUE - grain ? asked : (asked + grain - 1) & -grain;
    }

    /** A block of the stream's free ones or of the driver's pool; 0 if there is none. */
    private long take(long size, CudaStream stream) {
        Recording recording = stream.recording();
        long address = recording == null ? 0 : recording.memory().take(size);
        if (address == 0 && KEEPS) {
            address = stream.take(size);
        }
        if (address != 0) {
            return address;
        }
        if (held.addAndGet(size) > limit || held.get() < 0) {
            held.addAndGet(-size);
            return 0;
        }
        try {
            address = CudaMemory.allocateAsync(
                    size,
                    recording == null ? stream.handle() : recording.memory().side());
            systemAllocations.incrementAndGet();
            return address;
        } catch (CudaException e) {
            held.addAndGet(-size);
            if (e.outOfMemory()) {
                return 0;
            }
            throw gpu.failure(e);
        }
    }

    private long takeInShortage(long bytes, long size, CudaStream stream) {
        if (bytes > limit) {
            throw outOfMemory(bytes, "That alone is more than may be held.");
        }
        trim();
        long address = take(size, stream);
        if (address != 0) {
            return address;
        }
        boolean collected = Allocators.collect();
        trim();
        address = take(size, stream);
        if (address != 0) {
            return address;
        }
        throw outOfMemory(
                bytes,
                collected
                        ? "Caches were given back and unreachable tensors collected first."
                        : "Caches were given back; unreachable tensors could not be collected: is -XX:+DisableExplicitGC set?");
    }

    private OutOfNativeMemoryException outOfMemory(long bytes, String tried) {
        var holders = new Holders();
        large.forEach(block -> holders.add(block.asked, block.scope, block.place));
        return new OutOfNativeMemoryException(bytes, holders.shortage(bytes, stats(), LIMIT, tried));
    }

    /** Takes a block back, from any thread. */
    void reclaim(CudaBlock block) {
        live.addAndGet(-block.asked);
        liveCount.decrementAndGet();
        if (block.size >= LARGE) {
            large.remove(block);
        }
        if (block.asked == 0) {
            return;
        }
        List<GraphMemory> graphs = block.release();
        if (graphs.isEmpty()) {
            giveBack(block);
        } else {
            graphs.forEach(graph -> graph.released(block));
        }
    }

    /** Lets a block's memory be used for something else, after all work on it. */
    void giveBack(CudaBlock block) {
        capturing.readLock().lock();
        try {
            if (!block.home.later(() -> giveBack(block))) {
                gpu.enter();
                block.waitForAll(block.home);
                giveBack(block.address, block.size, block.home);
            }
        } catch (CudaException e) {
            gpu.lost(e);
        } finally {
            capturing.readLock().unlock();
        }
    }

    /** Lets memory be used for something else, after all work of a stream. */
    void giveBack(long address, long size, CudaStream home) {
        capturing.readLock().lock();
        try {
            if (KEEPS) {
                home.keep(address, size);
            } else if (!home.later(() -> giveBack(address, size, home))) {
                gpu.enter();
                held.addAndGet(-size);
                CudaMemory.freeAsync(address, home.handle());
            }
        } catch (CudaException e) {
            // Who frees can't be told, nor do anything about it: a lost device has no memory to give back.
            gpu.lost(e);
        } finally {
            capturing.readLock().unlock();
        }
    }

    @Override
    public MemoryStats stats() {
        long cached = gpu.streams().stream().mapToLong(CudaStream::cached).sum();
        return new MemoryStats(
                device(),
                live.get(),
                liveCount.get(),
                Math.max(peak.get(), live.get()),
                cached,
                held.get(),
                allocations.get(),
                systemAllocations.get(),
                limit);
    }

    @Override
    public void resetPeak() {
        peak.set(live.get());
    }

    @Override
    public long limit() {
        return limit;
    }

    @Override
    public void limit(long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("limit: must be 1 or more bytes, was " + bytes);
        }
        limit = bytes;
        if (held.get() > bytes) {
            trim();
        }
    }

    @Override
    public void trim() {
        gpu.enter();
        List<CudaStream> streams = new ArrayList<>(gpu.streams());
        for (CudaStream stream : streams) {
            held.addAndGet(-stream.trim());
        }
        streams.forEach(CudaStream::drain);
        CudaMemory.trimPool(pool, 0);
    }
}
