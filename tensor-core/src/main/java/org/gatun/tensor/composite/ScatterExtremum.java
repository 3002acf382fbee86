package org.gatun.tensor.composite;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.ExtremumFn;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * The largest or smallest of the elements that a source has for each place along an axis; operands (base, index, src), of equal size along
 * the other axes. Places that the index does not name keep the base. NaN wins. The gradient is shared evenly by all that equal the
 * result, as that of {@code amax}.
 *
 * @param fn which
 * @param axis the axis
 * @param includeSelf whether the base takes part where the index names a place
 */
public record ScatterExtremum(ExtremumFn fn, int axis, boolean includeSelf) implements Composite {
    @Override
    public String name() {
        return "scatterReduce";
    }

    @Override
    public int arity() {
        return 3;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor base = inputs.get(0);
        Tensor index = inputs.get(1);
        Tensor src = inputs.get(2);
        // The best come last, and the last one written stays. A falling order has NaN first, that of the negative has
        // it last.
        Tensor order = switch (fn) {
            case MAX -> src.argsort(axis);
            case MIN -> src.dtype().isFloating() ? src.neg().argsort(axis) : src.argsort(axis, true);
        };
        Tensor best = base.scatter(axis, index.gather(axis, order), src.gather(axis, order));
        if (!includeSelf) {
            return List.of(best);
        }
        return List.of(
                switch (fn) {
                    case MAX -> base.maximum(best);
                    case MIN -> base.minimum(best);
                });
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new Rule(axis, includeSelf));
    }

    /** Which elements equal the result, and the share that each of a place gets: constants. */
    private record Ties(Tensor base, Tensor src, Tensor count) {}

    private record Rule(int axis, boolean includeSelf) implements Derivative {
        @Override
        public List<Tensor> jvp(List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents) {
            return jvp(inputs, results, tangents, i -> true);
        }

        private Ties ties(Tensor base, Tensor index, Tensor src, Tensor result) {
            Tensor self = includeSelf ? ties(base, result) : named(base, index).not();
            Tensor sources = ties(src, result.gather(axis, index));
            Tensor ones = sources.to(base.dtype());
            return new Ties(
                    self,
                    sources,
                    self.to(base.dtype()).add(Dispatch.bind(new Op.ScatterAdd(axis, base.shape()), ones, index)));
        }

        /** Where an element is NaN, so is the extremum. */
        private static Tensor ties(Tensor x, Tensor extremum) {
            return x.eq(extremum).or(x.isNan());
        }

        private Tensor named(Tensor base, Tensor index) {
            Tensor no = ConcreteTensor.scalar(DType.BOOL, 0.0, base.device()).broadcastTo(base.shape());
            Tensor yes = ConcreteTensor.scalar(DType.BOOL, 1.0, base.device()).broadcastTo(index.shape());
            return no.scatter(axis, index, yes);
        }

        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs, List<@Nullable Tensor> results, List<Tensor> cotangents) {
            Tensor index = Saved.at(inputs, 1);
            Ties ties = ties(Saved.at(inputs, 0), index, Saved.at(inputs, 2), Saved.at(results, 0));
            Tensor share = cotangents.get(0).div(ties.count());
            return Arrays.asList(
                    share.maskedFill(ties.base().not(), 0),
                    null,
                    share.gather(axis, index).maskedFill(ties.src().not(), 0));
        }

        @Override
        public List<Tensor> jvp(
                List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents, IntPredicate present) {
            Tensor index = inputs.get(1);
            Ties ties = ties(inputs.get(0), index, inputs.get(2), results.get(0));
            Tensor own = tangents.get(0).maskedFill(ties.base().not(), 0);
            Tensor sources = tangents.get(2).maskedFill(ties.src().not(), 0);
            Tensor sum = Dispatch.bind(new Op.ScatterAdd(axis, own.shape()), sources, index);
            return List.of(own.add(sum).div(ties.count()));
        }
    }
}
