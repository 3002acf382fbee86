package org.gatun.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.gatun.tensor.Fft;
import org.gatun.tensor.FftNorm;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Index;
import org.gatun.tensor.PadMode;
import org.gatun.tensor.ScatterReduction;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;

/**
 * Steps of random functions along axes beyond the commonest: scans, order statistics, padding, parts, and writing into parts.
 *
 * @param random what parameters are drawn from
 * @param x the operand, of rank 1 or more and without empty axes
 */
record RandomAxes(SplittableRandom random, Tensor x) {
    /** A name with its parameters, and the step. */
    record Drawn(String name, UnaryOperator<Tensor> body) {}

    Drawn draw() {
        var choices = new ArrayList<Drawn>();
        int axis = random.nextInt(x.rank());
        scans(choices, axis);
        statistics(choices, axis);
        shapes(choices, axis);
        writes(choices, axis);
        Drawn drawn = choices.get(random.nextInt(choices.size()));
        return new Drawn(drawn.name() + " along " + axis + " of " + x.shape(), drawn.body());
    }

    private void scans(List<Drawn> out, int axis) {
        boolean reverse = random.nextBoolean();
        add(out, "cumsum", t -> t.cumsum(axis));
        add(out, "cumprod", t -> t.cumprod(axis));
        add(out, "cummax", t -> t.cummax(axis).values());
        add(out, "cummin", t -> t.cummin(axis).values());
        add(out, "logcumsumexp", t -> t.logcumsumexp(axis));
        add(
                out,
                "linearRecurrence, reverse " + reverse,
                t -> Functional.linearRecurrence(t.tanh(), t.cos(), axis, reverse));
        add(
                out,
                "linearRecurrence of one factor, reverse " + reverse,
                t -> Functional.linearRecurrence(t.mean().tanh(), t, axis, reverse));
        add(out, "cumulativeTrapezoid", t -> t.cumulativeTrapezoid(0.5, axis));
        add(out, "trapezoid", t -> t.trapezoid(0.5, axis));
        add(out, "diff", t -> t.diff(1, axis));
        add(out, "diff 2", t -> t.diff(2, axis));
    }

    private void statistics(List<Drawn> out, int axis) {
        long n = x.size(axis);
        boolean keep = random.nextBoolean();
        long k = random.nextLong(n);
        double q = random.nextInt(9) / 8.0;
        add(out, "median", t -> t.median(keep, axis).values());
        add(out, "kthvalue " + (k + 1), t -> t.kthvalue(k + 1, keep, axis).values());
        add(out, "quantile " + q, t -> t.quantile(q, keep, axis));
        add(out, "amax", t -> t.amax(keep, axis));
        add(out, "min", t -> t.min(keep, axis).values());
        add(out, "nansum", t -> t.nansum(keep, axis));
        add(out, "nanmean", t -> t.nanmean(keep, axis));
        add(out, "varMean", t -> {
            var both = t.varMean(0, keep, axis);
            return both.variance().add(both.mean());
        });
        add(out, "norm 1", t -> t.norm(1, keep, axis));
        add(out, "norm of infinity", t -> t.norm(Double.POSITIVE_INFINITY, keep, axis));
        add(out, "rfft", t -> Fft.rfft(t, axis, FftNorm.ORTHO));
    }

    private void shapes(List<Drawn> out, int axis) {
        long n = x.size(axis);
        int other = random.nextInt(x.rank());
        long from = random.nextLong(n);
        for (PadMode mode : PadMode.values()) {
            long most = mode == PadMode.REFLECT ? n - 1 : n;
            long[] before = new long[x.rank()];
            long[] after = new long[x.rank()];
            before[axis] = random.nextLong(most + 1);
            after[axis] = random.nextLong(most + 1);
            add(out, "pad " + mode + " " + before[axis] + " " + after[axis], t -> t.pad(before, after, mode));
        }
        add(out, "narrow from " + from, t -> t.narrow(axis, from, n - from));
        add(out, "slice by 2", t -> t.slice(axis, 0, n, 2));
        add(out, "split, reversed", t -> Tensors.cat(axis, t.split(2, axis).reversed()));
        add(out, "chunk, first", t -> t.chunk(2, axis).get(0));
        add(
                out,
                "tensorSplit, last",
                t -> t.tensorSplit(new long[] {from}, axis).get(1));
        add(
                out,
                "unbind, stacked the other way",
                t -> Tensors.stack(-1, t.unbind(axis).reversed()));
        add(out, "moveAxis to " + other, t -> t.moveAxis(axis, other));
        add(out, "swapAxes with " + other, t -> t.swapAxes(axis, other));
        add(out, "unflatten", t -> t.unflatten(axis, 1, n));
        add(out, "repeatInterleave 2", t -> t.repeatInterleave(2, axis));
        add(out, "expandDims", t -> t.expandDims(axis, -1));
        add(out, "tile", t -> t.tile(2));
        add(out, "diagEmbed", t -> t.diagEmbed());
        add(out, "diagflat", t -> t.diagflat(1));
        add(out, "asStrided windows", t -> {
            Tensor flat = t.flatten();
            return flat.asStrided(new long[] {2, flat.elements()}, new long[] {0, 1}, 0);
        });
        add(out, "combinations", t -> Tensors.combinations(t.flatten().slice(0, 0, 4), 2, true));
        add(out, "takeAlongAxis of argsort", t -> t.takeAlongAxis(t.argsort(axis), axis));
        add(out, "take", t -> t.take(Tensors.of(0, t.elements() - 1, -1)));
        add(out, "index", t -> t.get(Index.ellipsis(), Index.of(0, -1, 0)));
        if (x.rank() > 1) {
            int next = (axis + 1) % x.rank();
            add(out, "rot90", t -> t.rot90(1, axis, next));
            add(out, "tril", t -> t.tril(0));
            add(out, "triu 1", t -> t.triu(1));
            add(out, "diagonal", t -> t.diagonal(0, axis, next));
            add(out, "trace of a diagonal", t -> t.diagonal(0, axis, next).sum(-1));
            add(out, "flip of both", t -> t.flip(axis, next));
        }
    }

    private void writes(List<Drawn> out, int axis) {
        long n = x.size(axis);
        long k = random.nextLong(n);
        long[] picks = random.longs(3, 0, n).toArray();
        for (ScatterReduction how : ScatterReduction.values()) {
            boolean self = random.nextBoolean();
            add(
                    out,
                    "scatterReduce " + how + " from " + k + ", self " + self,
                    t -> t.cos().scatterReduce(axis, t.argsort(axis).mul(0).add(k), t, how, self));
            add(
                    out,
                    "indexReduce " + how + " at " + picks[0] + " " + picks[1] + " " + picks[2] + ", self " + self,
                    t -> t.sin()
                            .indexReduce(
                                    axis,
                                    Tensors.of(picks),
                                    t.indexSelect(axis, Tensors.of(picks[2], picks[0], picks[1])),
                                    how,
                                    self));
        }
        add(
                out,
                "scatter",
                t -> t.sin()
                        .scatter(
                                axis,
                                t.argsort(axis).mul(0).add(k),
                                t.amax(true, axis).expandAs(t)));
        add(
                out,
                "indexCopy",
                t -> t.indexCopy(axis, Tensors.of(k), t.slice(axis, 0, 1).sin()));
        add(out, "indexFill", t -> t.indexFill(axis, Tensors.of(k), t.mean()));
        add(out, "put", t -> t.put(Tensors.of(0, -1), Tensors.stack(0, t.sum(), t.mean()), true));
        add(
                out,
                "indexPut",
                t -> t.indexPut(List.of(Tensors.of(0, 0)), t.select(0, 0).sin().unsqueeze(0), true));
        add(out, "setAt", t -> t.setAt(t.mean(), Index.at(0)));
        add(out, "addAt", t -> t.addAt(t.sum().sin(), Index.of(0, -1, 0)));
        add(out, "maskedFill by a tensor", t -> t.maskedFill(t.gt(t.mean()), t.mean()));
        add(out, "selectScatter", t -> t.selectScatter(t.select(axis, k).cos(), axis, k));
        add(out, "sliceScatter", t -> t.sliceScatter(t.slice(axis, k, n).sin(), axis, k, n, 1));
        if (x.rank() > 1) {
            int next = (axis + 1) % x.rank();
            add(
                    out,
                    "diagonalScatter",
                    t -> t.diagonalScatter(t.diagonal(0, axis, next).sin(), 0, axis, next));
        }
    }

    private static void add(List<Drawn> out, String name, UnaryOperator<Tensor> body) {
        out.add(new Drawn(name, body));
    }
}
