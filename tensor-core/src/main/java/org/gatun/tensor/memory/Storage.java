package org.gatun.tensor.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.gatun.tensor.Device;

/**
 * Reference-counted native memory, 64-byte aligned but for what is {@linkplain #readOnly read-only}.
 *
 * <p>A storage starts with one reference, which belongs to whoever allocated it. Every {@link #retain} is paired with one
 * {@link #release}; the release that brings the count to zero gives the memory back to where it came from, once. A view
 * of a tensor retains the storage of its base, and an operation retains its operands' storage while it runs, so memory is
 * never freed under either, whatever other threads close.
 *
 * <p>Retaining and releasing are safe from any thread. The memory's contents are not synchronised.
 */
public final class Storage {

    /**
     * Where a storage's memory comes from, and goes back to when the last reference is released: an allocator, or one block of it where
     * blocks have records.
     */
    public interface Source {
        /** The device the memory lies on. */
        Device device();

        /**
         * Takes the memory back. Called once per storage, on the thread of the last release.
         *
         * @param storage the storage whose last reference was released
         */
        void reclaim(Storage storage);
    }

    private static final VarHandle REFERENCES;

    static {
        try {
            REFERENCES = MethodHandles.lookup().findVarHandle(Storage.class, "references", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long address;
    private final long bytes;
    private final Source source;
    private final boolean readOnly;

    private volatile int references;

    private int version;

    private Storage(long address, long bytes, Source source, boolean readOnly) {
        this.address = address;
        this.bytes = bytes;
        this.source = source;
        this.readOnly = readOnly;
        // Plain, without a volatile store's fence: the final fields' publication covers it.
        REFERENCES.set(this, 1);
    }

    /**
     * A storage over memory that {@code source} owns, with one reference.
     *
     * @param address the first byte's address on the source's device
     * @param bytes the size in bytes, 0 or more
     * @param source takes the memory back at the last release
     */
    public static Storage of(long address, long bytes, Source source) {
        return new Storage(address, bytes, source, false);
    }

    /**
     * A storage over memory that must not be written, such as a file mapped for reading, with one reference. It need be aligned to its
     * elements only; kernels may read, though not use, 256 bytes behind it.
     *
     * @param address the first byte's address on the source's device
     * @param bytes the size in bytes, 0 or more
     * @param source takes the memory back at the last release
     */
    public static Storage readOnly(long address, long bytes, Source source) {
        return new Storage(address, bytes, source, true);
    }

    /** Whether the memory must not be written: changes in place refuse it. */
    public boolean isReadOnly() {
        return readOnly;
    }

    /** The address of the first byte: a native pointer on {@link #device()}. Valid while a reference is held. */
    public long address() {
        return address;
    }

    /** The size in bytes that was asked for; the block behind it may be larger. */
    public long bytes() {
        return bytes;
    }

    /** The device the memory lies on. */
    public Device device() {
        return source.device();
    }

    /**
     * Takes one more reference.
     *
     * @return this
     * @throws ClosedTensorException if the memory was given back already
     */
    public Storage retain() {
        if (!tryRetain()) {
            throw new ClosedTensorException("the memory of this storage (" + bytes
                    + " bytes) was given back: its last reference is released; retain it before releasing the last");
        }
        return this;
    }

    /** Takes one more reference unless the memory was given back already; says whether it did. */
    boolean tryRetain() {
        int seen = references;
        while (seen > 0) {
            int found = (int) REFERENCES.compareAndExchange(this, seen, seen + 1);
            if (found == seen) {
                return true;
            }
            seen = found;
        }
        return false;
    }

    /**
     * Gives one reference up; the last one gives the memory back.
     *
     * @throws IllegalStateException if there is no reference left to give up: someone released twice
     */
    public void release() {
        int before = (int) REFERENCES.getAndAdd(this, -1);
        if (before == 1) {
            source.reclaim(this);
        } else if (before <= 0) {
            REFERENCES.getAndAdd(this, 1);
            throw new IllegalStateException(
                    "storage of " + bytes
                            + " bytes released more often than retained: each retain() or acquire() takes exactly one release()");
        }
    }

    /** Where the memory comes from and goes back to; for the allocators and backends of devices. */
    public Source source() {
        return source;
    }

    /** How many references are held; 0 once the memory was given back. */
    public int references() {
        return Math.max(0, references);
    }

    /**
     * How many in-place changes were made to the contents. A tape notes it when it saves a value and refuses the value when
     * the number has changed since.
     */
    public int version() {
        return version;
    }

    /** Notes one in-place change of the contents; called by the thread that makes it. */
    public void bumpVersion() {
        version++;
    }

    @Override
    public String toString() {
        return "Storage[" + bytes + " bytes on " + device() + ", references " + references() + "]";
    }
}
