package org.gatun.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which axis of each tensor of a structure is the batch, for {@link Grad#vmap}: JAX's {@code in_axes} and {@code out_axes}. One axis
 * may serve all tensors of a part of the structure, and a part may have none, which is then the same for every element.
 *
 * <pre>{@code
 * BatchAxes.all(0)                       // every tensor, along its first axis
 * BatchAxes.of(0, null)                  // the first component along its first axis, the second for all elements
 * BatchAxes.of(BatchAxes.NONE, BatchAxes.of(0, -1))
 * }</pre>
 */
public final class BatchAxes {
    /** No batch: the same for every element. */
    public static final BatchAxes NONE = new BatchAxes(null, List.of(), false);

    private final @Nullable Integer axis;
    private final List<BatchAxes> parts;
    private final boolean apart;

    private BatchAxes(@Nullable Integer axis, List<BatchAxes> parts, boolean apart) {
        this.axis = axis;
        this.parts = parts;
        this.apart = apart;
    }

    /** The same axis of every tensor; a negative one counts from the end. */
    public static BatchAxes all(int axis) {
        return new BatchAxes(axis, List.of(), false);
    }

    /** An axis for each component of a record, element of a list or array, or value of a map, in order; null for no batch. */
    public static BatchAxes of(@Nullable Integer... axes) {
        var parts = new ArrayList<BatchAxes>();
        for (Integer axis : axes) {
            parts.add(axis == null ? NONE : all(axis));
        }
        return new BatchAxes(null, Collections.unmodifiableList(parts), true);
    }

    /** Axes for each component of a record, element of a list or array, or value of a map, in order. */
    public static BatchAxes of(BatchAxes... parts) {
        return new BatchAxes(null, List.of(parts), true);
    }

    /** The axis of each tensor of a structure, in the order of {@link Structure#tensors}; null for none. */
    List<@Nullable Integer> expand(@Nullable Object structure) {
        var axes = new ArrayList<@Nullable Integer>();
        expand(structure, axes);
        return axes;
    }

    private void expand(@Nullable Object structure, List<@Nullable Integer> out) {
        if (!apart) {
            out.addAll(Collections.nCopies(Structure.tensors(structure).size(), axis));
            return;
        }
        List<@Nullable Object> components = Structure.parts(structure);
        if (components == null || components.size() != parts.size()) {
            throw new IllegalArgumentException(
                    "vmap: axes " + this + " for "
                            + (components == null
                                    ? "a "
                                            + (structure == null
                                                    ? "null"
                                                    : structure.getClass().getSimpleName())
                                    : components.size() + " components")
                            + ": give one for each component of a record, list, map or array, or BatchAxes.all for all tensors");
        }
        for (int i = 0; i < parts.size(); i++) {
            parts.get(i).expand(components.get(i), out);
        }
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof BatchAxes other
                && apart == other.apart
                && Objects.equals(axis, other.axis)
                && parts.equals(other.parts);
    }

    @Override
    public int hashCode() {
        return Arrays.asList(axis, parts, apart).hashCode();
    }

    /** The axes as written: {@code (0, none)}. */
    @Override
    public String toString() {
        if (!apart) {
            return axis == null ? "none" : axis.toString();
        }
        return "(" + String.join(", ", parts.stream().map(BatchAxes::toString).toList()) + ")";
    }
}
