package org.gatun.tensor.memory;

import org.gatun.tensor.Device;
import org.jspecify.annotations.Nullable;

/**
 * Main memory, cached. Blocks up to 8 KiB come from slabs by way of striped free lists, up to 16 MiB from chunks with splitting and
 * joining, larger ones are regions of their own. Nothing returns to the system but by {@link #trim}, or when the limit is reached, so
 * that a program in a steady state takes nothing from it.
 */
final class CachingAllocator implements Allocator, Storage.Source {
    /** Sizes beyond this cannot be addressed; checked first, so that sums of sizes do not overflow. */
    private static final long MOST = 1L << 47;

    private final Device device;
    private final SystemMemory system;
    private final SlabHeap slabs;
    private final BlockHeap blocks;
    private final RegionHeap regions;
    private final Usage usage = new Usage();
    private final FreeLists[] stripes = new FreeLists[SpinLock.stripes()];

    CachingAllocator(Device device, long limit) {
        this.device = device;
        system = new SystemMemory(limit);
        slabs = new SlabHeap(system);
        blocks = new BlockHeap(this, system);
        regions = new RegionHeap(this, system);
        for (int i = 0; i < stripes.length; i++) {
            stripes[i] = new FreeLists(slabs, usage);
        }
    }

    @Override
    public Device device() {
        return device;
    }

    @Override
    public Storage allocate(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("allocate: the size must be 0 or more bytes, was " + bytes);
        }
        Storage storage = tryAllocate(bytes);
        return storage != null ? storage : allocateInShortage(bytes);
    }

    private @Nullable Storage tryAllocate(long bytes) {
        if (bytes > SizeClass.LARGEST - Poison.GUARD) {
            return bytes > MOST ? null : tryLarge(bytes);
        }
        int sizeClass = SizeClass.of(bytes + Poison.GUARD);
        FreeLists stripe = SpinLock.lockOne(stripes);
        long address;
        try {
            address = stripe.pop(sizeClass);
            if (address == 0) {
                return null;
            }
            stripe.allocated(bytes, SizeClass.bytes(sizeClass));
        } finally {
            stripe.unlock();
        }
        if (Poison.ON) {
            checkUntouched(address, SizeClass.bytes(sizeClass));
        }
        return Storage.of(address, bytes, this);
    }

    private @Nullable Storage tryLarge(long bytes) {
        long size = bytes + Poison.GUARD;
        Block block = size <= BlockHeap.LARGEST ? blocks.take(size) : regions.take(size);
        if (block == null) {
            return null;
        }
        block.asked = bytes;
        MemoryScope scope = MemoryScope.current();
        block.scope = scope == null ? null : scope.name();
        FreeLists stripe = SpinLock.lockOne(stripes);
        try {
            stripe.allocated(bytes, block.size);
        } finally {
            stripe.unlock();
        }
        if (Poison.ON) {
            block.site = new Site("allocated here");
            checkUntouched(block.address, block.size);
        }
        return Storage.of(block.address, bytes, block);
    }

    /** Takes a small block back. */
    @Override
    public void reclaim(Storage storage) {
        long bytes = storage.bytes();
        int sizeClass = SizeClass.of(bytes + Poison.GUARD);
        if (Poison.ON) {
            poison(storage.address(), bytes, SizeClass.bytes(sizeClass));
        }
        FreeLists stripe = SpinLock.lockOne(stripes);
        try {
            stripe.push(sizeClass, storage.address());
            stripe.released(bytes, SizeClass.bytes(sizeClass));
        } finally {
            stripe.unlock();
        }
    }

    /** Takes a large block back. */
    void reclaim(Storage storage, Block block) {
        long bytes = storage.bytes();
        if (Poison.ON) {
            poison(block.address, bytes, block.size);
        }
        FreeLists stripe = SpinLock.lockOne(stripes);
        try {
            stripe.released(bytes, block.size);
        } finally {
            stripe.unlock();
        }
        block.scope = null;
        block.site = null;
        if (bytes + Poison.GUARD <= BlockHeap.LARGEST) {
            blocks.give(block);
        } else {
            regions.give(block);
        }
    }

    /** What to do when there is no block to be had: trim, collect once, and only then fail. */
    private Storage allocateInShortage(long bytes) {
        if (bytes > Math.min(MOST, limit())) {
            throw outOfMemory(bytes, "That alone is more than may be held.");
        }
        trim();
        Storage storage = tryAllocate(bytes);
        if (storage != null) {
            return storage;
        }
        boolean collected = Collector.INSTANCE.collect();
        trim();
        storage = tryAllocate(bytes);
        if (storage != null) {
            return storage;
        }
        throw outOfMemory(
                bytes,
                collected
                        ? "Caches were given back and unreachable tensors collected first."
                        : "Caches were given back; unreachable tensors could not be collected: is -XX:+DisableExplicitGC set?");
    }

    private OutOfNativeMemoryException outOfMemory(long bytes, String tried) {
        var holders = new Holders();
        for (int c = 0; c < SizeClass.COUNT; c++) {
            holders.addUpTo(SizeClass.bytes(c), smallInUse(c));
        }
        blocks.forEachUsed(block -> add(block, holders));
        regions.forEachUsed(block -> add(block, holders));
        return new OutOfNativeMemoryException(bytes, holders.shortage(bytes, stats(), "gatun.memory.limit", tried));
    }

    private static void add(Block block, Holders holders) {
        Site site = block.site;
        holders.add(block.asked, block.scope, site == null ? null : site.caller());
    }

    /** How many small blocks of a class are in use. */
    private long smallInUse(int sizeClass) {
        long used = slabs.used(sizeClass);
        for (FreeLists stripe : stripes) {
            stripe.lock();
            used -= stripe.cached(sizeClass);
            stripe.unlock();
        }
        return Math.max(0, used);
    }

    @Override
    public MemoryStats stats() {
        long count = 0;
        long granted = 0;
        long allocations = 0;
        for (FreeLists stripe : stripes) {
            stripe.lock();
            stripe.report();
            count += stripe.count();
            granted += stripe.granted();
            allocations += stripe.allocations();
            stripe.unlock();
        }
        long held = system.held();
        return new MemoryStats(
                device,
                usage.live(),
                count,
                Math.max(usage.peak(), usage.live()),
                // Stripes are read one after another: what moved from one to another meanwhile may count twice or not.
                held - Math.clamp(granted, 0, held),
                held,
                allocations,
                system.takes(),
                system.limit());
    }

    @Override
    public void resetPeak() {
        for (FreeLists stripe : stripes) {
            stripe.lock();
            stripe.report();
            stripe.unlock();
        }
        usage.resetPeak();
    }

    @Override
    public long limit() {
        return system.limit();
    }

    @Override
    public void limit(long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("limit: must be 1 or more bytes, was " + bytes);
        }
        system.limit(bytes);
        Collector.INSTANCE.limit(bytes);
        if (system.held() > bytes) {
            trim();
        }
    }

    @Override
    public void trim() {
        for (FreeLists stripe : stripes) {
            stripe.lock();
            try {
                stripe.flush();
            } finally {
                stripe.unlock();
            }
        }
        slabs.trim();
        blocks.trim();
        regions.trim();
    }

    /** In paranoid mode: a block about to be handed out must still hold the pattern. */
    private static void checkUntouched(long address, long size) {
        long changed = Poison.firstChanged(address, address + size);
        if (changed >= 0) {
            LeakReports.damaged("native memory was written after it was freed: byte " + (changed - address)
                    + " of a block of " + size + " bytes at 0x" + Long.toHexString(address));
            Poison.fill(address, size);
        }
    }

    /** In paranoid mode: checks that nothing was written behind a block's contents, and poisons the block. */
    private static void poison(long address, long asked, long size) {
        long changed = Poison.firstChanged(address + asked, address + size);
        if (changed >= 0) {
            LeakReports.damaged("native memory was written past its end: byte " + (changed - address)
                    + " of a storage of " + asked + " bytes at 0x" + Long.toHexString(address));
        }
        Poison.fill(address, size);
    }
}
