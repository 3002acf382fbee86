package org.gatun.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;

/** Indexing expressions: first what makes views, axis by axis, then all tensors of positions in one selection. */
final class Indexing {
    /** A tensor of positions (I64) along an axis of the view. */
    private record Pick(int axis, Tensor positions) {}

    private Indexing() {}

    static Tensor get(Tensor x, Index first, Index... more) {
        List<Index> entries = new ArrayList<>();
        entries.add(first);
        entries.addAll(Arrays.asList(more));
        List<Pick> picks = new ArrayList<>();
        Tensor view = view(x, filled(x, entries), picks);
        if (picks.isEmpty()) {
            return view == x ? x.view() : view;
        }
        return pick(view, picks);
    }

    /** The entries with the ellipsis written out, one for every axis. */
    private static List<Index> filled(Tensor x, List<Index> entries) {
        int used = 0;
        int ellipsis = -1;
        for (int i = 0; i < entries.size(); i++) {
            Index entry = entries.get(i);
            used += axes(entry);
            if (entry instanceof Index.Ellipsis) {
                if (ellipsis >= 0) {
                    throw new ShapeException("get: there is more than one ellipsis in " + describe(entries)
                            + ": only one can stand for the axes that are left over");
                }
                ellipsis = i;
            }
        }
        if (used > x.rank()) {
            throw new IndexOutOfBoundsException("get: " + describe(entries) + " is for " + used
                    + " axes, but a tensor of shape " + x.shape() + " has " + x.rank());
        }
        List<Index> all = new ArrayList<>(entries);
        int at = ellipsis < 0 ? entries.size() : ellipsis;
        if (ellipsis >= 0) {
            all.remove(ellipsis);
        }
        for (int i = used; i < x.rank(); i++) {
            all.add(at, Index.all());
        }
        return all;
    }

    private static int axes(Index entry) {
        return switch (entry) {
            case Index.At at -> 1;
            case Index.Range range -> 1;
            case Index.All all -> 1;
            case Index.NewAxis axis -> 0;
            case Index.Ellipsis ellipsis -> 0;
            case Index.Of of -> 1;
            case Index.Mask mask -> mask.mask().rank();
        };
    }

    /** The view that positions, ranges and new axes make; picks are noted for later, by the view's axes. */
    private static Tensor view(Tensor x, List<Index> entries, List<Pick> picks) {
        Tensor t = x;
        int a = 0;
        for (Index entry : entries) {
            switch (entry) {
                case Index.At at -> t = position(x, t, a, at.position());
                case Index.Range range -> t = range(t, a++, range);
                case Index.All all -> a++;
                case Index.NewAxis axis -> t = t.unsqueeze(a++);
                case Index.Ellipsis ellipsis -> {}
                case Index.Of of
                when of.positions().rank() == 0 ->
                    t = position(t, a, of.positions().to(x.device()));
                case Index.Of of ->
                    picks.add(new Pick(a++, Arithmetic.cast(of.positions().to(x.device()), DType.I64)));
                case Index.Mask mask -> a = places(t, a, mask.mask().to(x.device()), picks);
            }
        }
        return t;
    }

    private static Tensor position(Tensor x, Tensor t, int axis, long position) {
        long n = t.size(axis);
        if (position < -n || position >= n) {
            throw new IndexOutOfBoundsException("get: position " + position + " is out of range for an axis of size "
                    + n + " of shape " + x.shape() + ": give a position from " + -n + " to " + (n - 1));
        }
        return Shaping.select(t, axis, position);
    }

    /** The position that a 0-d tensor holds, which need not be read here. */
    private static Tensor position(Tensor t, int axis, Tensor position) {
        Tensor row = select(t, axis, Arithmetic.cast(position, DType.I64), t, axis);
        return row.reshape(t.shape().without(Axes.listed("get", t.rank(), axis)));
    }

    /** Python's rule: bounds count from the end when negative, and are then cut to what exists. */
    private static Tensor range(Tensor t, int axis, Index.Range range) {
        long n = t.size(axis);
        long step = range.step();
        if (step > 0) {
            long from = range.from() == null ? 0 : range.from();
            long to = range.to() == null ? n : range.to();
            return Shaping.slice(t, axis, from, to, step);
        }
        long from = range.from() == null ? n - 1 : bound(range.from(), n);
        long to = range.to() == null ? -1 : bound(range.to(), n);
        if (from <= to) {
            return Shaping.slice(t, axis, 0, 0, 1);
        }
        // The same positions upwards, from the one reached last, in reverse.
        long back = step == Long.MIN_VALUE ? Long.MAX_VALUE : -step;
        long lowest = from - (from - to - 1) / back * back;
        return Shaping.slice(t, axis, lowest, from + 1, back).flip(axis);
    }

    private static long bound(long b, long n) {
        return Math.clamp(b < 0 ? b + n : b, -1, n - 1);
    }

    private static int places(Tensor t, int axis, Tensor mask, List<Pick> picks) {
        for (int k = 0; k < mask.rank(); k++) {
            if (mask.size(k) != t.size(axis + k)) {
                throw new ShapeException("get: a mask of shape " + mask.shape() + " does not fit axes " + axis + " to "
                        + (axis + mask.rank() - 1) + " of shape " + t.shape() + ": the sizes must be equal");
            }
        }
        Tensor places = mask.nonzero();
        for (int k = 0; k < mask.rank(); k++) {
            picks.add(new Pick(axis + k, places.select(1, k)));
        }
        return axis + mask.rank();
    }

    private static Tensor pick(Tensor x, List<Pick> picks) {
        Shape group = picks.get(0).positions().shape();
        boolean neighbours = true;
        for (int i = 1; i < picks.size(); i++) {
            group = Broadcasting.common("get", group, picks.get(i).positions().shape());
            neighbours &= picks.get(i).axis() == picks.get(i - 1).axis() + 1;
        }
        // The indexed axes, next to each other, as one.
        Tensor together = neighbours ? x : x.permute(front(x, picks));
        int at = neighbours ? picks.get(0).axis() : 0;
        Tensor positions = picks.size() == 1 ? picks.get(0).positions() : linear(x, picks, group);
        Tensor flat = picks.size() == 1 ? together : together.flatten(at, at + picks.size() - 1);
        Tensor picked = picks.size() == 1
                ? select(flat, at, positions, x, at)
                : Dispatch.bind(new Op.IndexSelect(at), flat, positions.flatten());
        long[] sizes = new long[flat.rank() - 1 + group.rank()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = i < at
                    ? flat.size(i)
                    : i < at + group.rank() ? group.size(i - at) : flat.size(i - group.rank() + 1);
        }
        return picked.reshape(Shape.of(sizes));
    }

    /** The elements at positions along an axis, which come from axis {@code axis} of {@code x}. */
    private static Tensor select(Tensor t, int at, Tensor positions, Tensor x, int axis) {
        try {
            return Dispatch.bind(new Op.IndexSelect(at), t, positions.flatten());
        } catch (IndexOutOfBoundsException e) {
            throw Indices.outside("get", positions, "axis " + axis + " of shape " + x.shape(), x.size(axis), e);
        }
    }

    private static int[] front(Tensor x, List<Pick> picks) {
        int[] order = new int[x.rank()];
        int k = 0;
        for (Pick pick : picks) {
            order[k++] = pick.axis();
        }
        for (int a = 0; a < order.length; a++) {
            int axis = a;
            if (picks.stream().noneMatch(pick -> pick.axis() == axis)) {
                order[k++] = a;
            }
        }
        return order;
    }

    /**
     * The places in the joined axis. Each tensor of positions selects from the multiples of its axis's stride, which checks its
     * range and turns negative positions round.
     */
    private static Tensor linear(Tensor x, List<Pick> picks, Shape group) {
        try (MemoryScope scope = MemoryScope.open("get")) {
            Tensor places = places(x, picks, group);
            scope.keep(places);
            return places;
        }
    }

    private static Tensor places(Tensor x, List<Pick> picks, Shape group) {
        long stride = 1;
        Tensor sum = null;
        for (int i = picks.size() - 1; i >= 0; i--) {
            Pick pick = picks.get(i);
            long n = x.size(pick.axis());
            Tensor multiples = Dispatch.source(new Op.Iota(n), x.device()).mul(stride);
            Tensor part = select(multiples, 0, pick.positions(), x, pick.axis())
                    .reshape(pick.positions().shape());
            sum = sum == null ? part : sum.add(part);
            stride *= Math.max(n, 1);
        }
        return Arithmetic.expand(Objects.requireNonNull(sum), group);
    }

    private static String describe(List<Index> entries) {
        StringBuilder s = new StringBuilder("[");
        for (Index entry : entries) {
            s.append(s.length() == 1 ? "" : ", ");
            switch (entry) {
                case Index.At at -> s.append(at.position());
                case Index.Range r ->
                    s.append(r.from() == null ? "" : r.from())
                            .append(':')
                            .append(r.to() == null ? "" : r.to())
                            .append(r.step() == 1 ? "" : ":" + r.step());
                case Index.All all -> s.append(':');
                case Index.NewAxis axis -> s.append("newAxis");
                case Index.Ellipsis ellipsis -> s.append("...");
                case Index.Of of -> s.append("positions").append(of.positions().shape());
                case Index.Mask mask -> s.append("mask").append(mask.mask().shape());
            }
        }
        return s.append(']').toString();
    }
}
