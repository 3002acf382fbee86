package org.gatun.tensor.conformance;

import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * A use of a public method that makes a tensor of no tensor, or that changes one in place.
 *
 * @param method the method, as {@code Class.method}
 * @param make the use, for the dtype that is asked for; one that makes another dtype, as methods do that always make the same, is checked in that
 * @param expected what is to be in the tensor, in the dtype that it has
 * @param exact whether it is to be that exactly
 */
public record SourceSample(
        String method, Function<DType, Tensor> make, Function<DType, HostArray> expected, boolean exact) {
    /** A tensor whose elements are a function of their numbers, counted row by row. */
    static SourceSample of(String method, Function<DType, Tensor> make, IntToDoubleFunction element, long... sizes) {
        return new SourceSample(method, make, dtype -> array(dtype, Shape.of(sizes), element), true);
    }

    static HostArray array(DType dtype, Shape shape, IntToDoubleFunction element) {
        return dtype.isFloating()
                ? HostArray.reals(dtype, shape, element)
                : HostArray.wholes(dtype, shape, i -> (long) element.applyAsDouble(i));
    }

    /**
     * The dtype of the tensor, in which its elements are as expected; null if the method refuses the dtype that is asked for.
     *
     * @throws AssertionError when an element is not
     */
    public @Nullable DType check(DType asked) {
        try (MemoryScope scope = MemoryScope.open("source")) {
            HostArray actual;
            try {
                actual = HostArray.of(make.apply(asked));
            } catch (DTypeException refused) {
                return null;
            }
            HostArray wanted = expected.apply(actual.dtype());
            String complaint = (exact ? Tolerance.EXACT : Tolerance.COMPOSITE)
                    .complaint(wanted, actual, Tolerance.atLeastOne(wanted));
            if (complaint != null) {
                throw new AssertionError(method + " of " + asked + " " + complaint);
            }
            return actual.dtype();
        }
    }

    @Override
    public String toString() {
        return method;
    }
}
