package org.gatun.tensor.memory;

/**
 * Something that holds native memory and can outlive the scope that owns it: a tensor, or a structure that knows its tensors.
 * {@link MemoryScope#keep} calls it on everything that it finds in a result.
 */
public interface Keepable {

    /**
     * Moves what {@code scope} owns of this to the scope around it, or, if there is none, to the garbage collector. What belongs to
     * another scope, or to none, stays as it is.
     *
     * @param scope the scope to leave, open and owned by the calling thread
     */
    void keepFrom(MemoryScope scope);
}
