package org.gatun.tensor.memory;

import org.gatun.tensor.Device;

/** A tensor as far as memory is concerned: an object that holds a lease. */
final class Handle implements Keepable {
    final Lease lease;

    private Handle(Storage storage) {
        lease = Lease.of(this, storage);
    }

    static Handle of(long bytes) {
        return of(Allocators.of(Device.CPU), bytes);
    }

    static Handle of(Allocator allocator, long bytes) {
        return new Handle(allocator.allocate(bytes));
    }

    /** Another handle on the same storage. */
    Handle view() {
        return new Handle(lease.acquire());
    }

    boolean isClosed() {
        return lease.isClosed();
    }

    void keep() {
        lease.keep(this);
    }

    @Override
    public void keepFrom(MemoryScope scope) {
        lease.keepFrom(scope, this);
    }
}
