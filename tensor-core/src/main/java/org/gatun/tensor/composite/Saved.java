package org.gatun.tensor.composite;

import java.util.List;
import java.util.Objects;
import org.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The values that a derivative asked its interpreter to keep. */
final class Saved {
    private Saved() {}

    static Tensor at(List<@Nullable Tensor> values, int i) {
        return Objects.requireNonNull(values.get(i), "a value that the derivative names is not there");
    }
}
