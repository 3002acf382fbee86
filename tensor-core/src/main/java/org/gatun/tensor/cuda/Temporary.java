package org.gatun.tensor.cuda;

import org.gatun.tensor.memory.Storage;

/** Device memory for the time of an operation; closing it gives it back in the order of the stream. */
final class Temporary implements AutoCloseable {
    private final Storage storage;

    Temporary(Storage storage) {
        this.storage = storage;
    }

    /** The address on the device, a multiple of 256. */
    long address() {
        return storage.address();
    }

    @Override
    public void close() {
        storage.release();
    }
}
