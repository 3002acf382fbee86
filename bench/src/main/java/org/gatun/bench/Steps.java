package org.gatun.bench;

import java.util.List;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;

/** A computation in Gatun, its operands in place. */
@FunctionalInterface
public interface Steps {
    /** Runs once. The caller's memory scope owns the results. */
    List<Tensor> results();

    /** Runs once and frees the results: what is timed. */
    default void run() {
        try (var scope = MemoryScope.open()) {
            results();
        }
    }

    /** Frees what it made for itself; the operands are its caller's. */
    default void close() {}
}
