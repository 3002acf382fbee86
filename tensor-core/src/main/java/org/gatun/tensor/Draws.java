package org.gatun.tensor;

import org.gatun.tensor.cpu.RandomFill;
import org.gatun.tensor.ir.Distribution;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.gatun.tensor.trace.Traced;

/** Random tensors: parts of a generator's stream, and functions of them. */
final class Draws {
    private Draws() {}

    static Tensor draw(Distribution distribution, Generator generator, DType dtype, Shape shape, Device device) {
        Generator.Draw part = generator.reserve(RandomFill.blocks(dtype, shape.elements()));
        return Dispatch.source(new Op.Random(distribution, dtype, shape, part.key(), part.offset()), device);
    }

    static Tensor rand(String name, Generator generator, DType dtype, Shape shape, Device device) {
        requireFloating(name, dtype);
        return draw(Distribution.UNIFORM, generator, dtype, shape, device);
    }

    static Tensor randn(String name, Generator generator, DType dtype, Shape shape, Device device) {
        requireFloating(name, dtype);
        return draw(Distribution.NORMAL, generator, dtype, shape, device);
    }

    private static void requireFloating(String name, DType dtype) {
        if (!dtype.isFloating()) {
            throw new DTypeException(name + ": makes floating dtypes, not " + dtype + ": use randint or bernoulli");
        }
    }

    static Tensor uniform(Generator generator, double low, double high, Shape shape) {
        if (!(low <= high)) {
            throw new IllegalArgumentException("uniform: the bounds " + low + " and " + high + " are not in order");
        }
        if (!Float.isFinite((float) low) || !Float.isFinite((float) high) || Float.isInfinite((float) (high - low))) {
            throw new IllegalArgumentException("uniform: the bounds " + low + " and " + high
                    + " and their distance must be finite as floats: draw from a smaller range and scale it");
        }
        // The sum may be rounded up to the bound, which is excluded.
        float below = (float) high < high ? (float) high : Math.nextDown((float) high);
        try (Tensor unit = rand("uniform", generator, DType.F32, shape, Device.CPU);
                Tensor scaled = unit.mul(high - low);
                Tensor sum = scaled.add(low);
                Tensor last = ConcreteTensor.scalar(DType.F32, Math.max(below, (float) low), Device.CPU)) {
            return sum.minimum(last);
        }
    }

    static Tensor normal(Generator generator, double mean, double deviation, Shape shape) {
        if (!(deviation >= 0)) {
            throw new IllegalArgumentException("normal: the standard deviation " + deviation + " must be 0 or more");
        }
        try (Tensor unit = randn("normal", generator, DType.F32, shape, Device.CPU);
                Tensor scaled = unit.mul(deviation)) {
            return scaled.add(mean);
        }
    }

    static Tensor bernoulli(Generator generator, double p, Shape shape, Device device) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("bernoulli: the probability " + p + " must be from 0 to 1");
        }
        try (Tensor u = rand("bernoulli", generator, DType.F32, shape, device)) {
            return u.lt(p);
        }
    }

    static Tensor bernoulli(Generator generator, Tensor p) {
        if (!p.dtype().isFloating()) {
            throw new DTypeException("bernoulli: the probabilities are " + p.dtype()
                    + " and must be of a floating dtype: convert them, for instance to(DType.F32)");
        }
        Tensor values = Traced.beneath(p);
        if (values.ge(0).and(values.le(1)).all().item() == 0) {
            throw new IllegalArgumentException(
                    "bernoulli: the probabilities of shape " + p.shape() + " must all be from 0 to 1");
        }
        return rand("bernoulli", generator, p.dtype(), p.shape(), p.device())
                .lt(p)
                .to(p.dtype());
    }

    static Tensor randint(String name, Generator generator, long low, long high, Shape shape, Device device) {
        requireRange(name, low, high);
        long range = high - low;
        // A remainder of 64 bits favours no number by more than range / 2^64.
        try (Tensor bits = draw(Distribution.BITS, generator, DType.I64, shape, device);
                Tensor offset = bits.remainder(range)) {
            return offset.add(low);
        }
    }

    static void requireRange(String name, long low, long high) {
        if (low >= high || high - low <= 0) {
            throw new IllegalArgumentException(name + ": from " + low + " to below " + high
                    + " must be at least 1 and at most 2^63 - 1 integers: give a low below the high");
        }
    }

    static Tensor randperm(Generator generator, long n, Device device) {
        if (n < 0) {
            throw new ShapeException("randperm: the count " + n + " must be 0 or more");
        }
        var _ = Creation.shape("randperm", DType.I64, n);
        // The order of n random keys of 64 bits; two keys are equal with probability below n^2 / 2^65.
        try (Tensor keys = draw(Distribution.BITS, generator, DType.I64, Shape.of(n), device)) {
            Tensor[] sorted = Dispatch.bindAll(new Op.Sort(0, false), keys);
            sorted[0].close();
            return sorted[1];
        }
    }
}
