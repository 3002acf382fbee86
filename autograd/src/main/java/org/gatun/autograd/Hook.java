package org.gatun.autograd;

/** A function that is called with gradients, until it is removed. */
public final class Hook implements AutoCloseable {
    private final Runnable remove;
    private boolean removed;

    Hook(Runnable remove) {
        this.remove = remove;
    }

    /** Removes the function: it is not called again. Removing twice does no harm. */
    @Override
    public void close() {
        if (!removed) {
            removed = true;
            remove.run();
        }
    }
}
