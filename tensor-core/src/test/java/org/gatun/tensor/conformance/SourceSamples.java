package org.gatun.tensor.conformance;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Fft;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.ir.Distribution;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/**
 * Samples of every public method that makes a tensor of no tensor or changes one in place. Sources are compared with closed forms, random ones
 * with Philox as its authors write it; methods that change a tensor with those that give a new one, which have samples of their own.
 */
public final class SourceSamples {
    private static final Shape SHAPE = Shape.of(2, 3);
    private static final List<SourceSample> SAMPLES = new ArrayList<>();

    static {
        filled();
        counted();
        given();
        drawn();
        changed();
    }

    private SourceSamples() {}

    /** All samples. */
    public static List<SourceSample> all() {
        return List.copyOf(SAMPLES);
    }

    private static void filled() {
        add("zeros", d -> Tensors.zeros(d, 2, 3), i -> 0, 2, 3);
        add("ones", d -> Tensors.ones(d, 2, 3), i -> 1, 2, 3);
        add("ones", d -> Tensors.ones(d, SHAPE, Device.CPU), i -> 1, 2, 3);
        add("full", d -> Tensors.full(d, 1.0, 2, 3), i -> 1, 2, 3);
        add("full", d -> Tensors.full(d, 1L, 0, 3), i -> 1, 0, 3);
        add("scalar", d -> Tensors.scalar(d, 1.0), i -> 1);
        add("scalar", d -> Tensors.scalar(d, 1L), i -> 1);
        add("eye", d -> Tensors.eye(d, 2, 3), i -> i % 3 == i / 3 ? 1 : 0, 2, 3);
        add("tri", d -> Tensors.tri(d, 3, 4, 1), i -> i % 4 <= i / 4 + 1 ? 1 : 0, 3, 4);
    }

    private static void counted() {
        add("arange", d -> Tensors.arange(d, 0, 2, 1), i -> i, 2);
        add("arange", d -> Tensors.arange(7, -1, -3), i -> 7 - 3 * i, 3);
        add("linspace", d -> Tensors.linspace(d, -1, 1, 5), i -> i / 2.0 - 1, 5);
        add("logspace", d -> Tensors.logspace(d, -1, 3, 5, 2), i -> Math.scalb(1.0, i - 1), 5);
        add("geomspace", d -> Tensors.geomspace(d, -1, -16, 3), i -> -Math.scalb(1.0, 2 * i), 3);
        add("trilIndices", d -> Tensors.trilIndices(2, 2, 0), i -> i == 1 || i == 2 || i == 5 ? 1 : 0, 2, 3);
        add("triuIndices", d -> Tensors.triuIndices(2, 2, 0), i -> i == 2 || i == 4 || i == 5 ? 1 : 0, 2, 3);
        add("indices", d -> Tensors.indices(SHAPE).get(1), i -> i % 3, 2, 3);
        SAMPLES.add(SourceSample.of("Fft.fftfreq", d -> Fft.fftfreq(d, 4, 0.25), i -> i < 2 ? i : i - 4, 4));
        SAMPLES.add(SourceSample.of("Fft.rfftfreq", d -> Fft.rfftfreq(d, 4, 0.5), i -> i / 2.0, 3));
    }

    private static void given() {
        add("of", d -> Tensors.of(0f, 1f), i -> i, 2);
        add("of", d -> Tensors.of(0.0, 1), i -> i, 2);
        add("of", d -> Tensors.of(0L, 1), i -> i, 2);
        add("of", d -> Tensors.of(0, 1), i -> i, 2);
        add("of", d -> Tensors.of((short) 0, (short) 1), i -> i, 2);
        add("of", d -> Tensors.of((byte) 0, (byte) 1), i -> i, 2);
        add("of", d -> Tensors.of(false, true), i -> i, 2);
        add("of", d -> Tensors.of(SHAPE, 0f, 1, 2, 3, 4, 5), i -> i, 2, 3);
        add("of", d -> Tensors.of(new double[][] {{0, 1, 2}, {3, 4, 5}}), i -> i, 2, 3);
        add("ofUnsigned", d -> Tensors.ofUnsigned((byte) 0, (byte) 255), i -> 255 * i, 2);
        add(
                "fromSegment",
                d -> Tensors.fromSegment(MemorySegment.ofArray(new byte[6 * d.bytes()]), d, SHAPE),
                i -> 0,
                2,
                3);
    }

    private static void drawn() {
        random("rand", d -> Tensors.rand(new Generator(5), d, SHAPE, Device.CPU), Distribution.UNIFORM, u -> u);
        random("uniform", d -> Tensors.uniform(new Generator(5), -1, 3, 2, 3), Distribution.UNIFORM, u -> 4 * u - 1);
        random("randn", d -> Tensors.randn(new Generator(5), d, SHAPE, Device.CPU), Distribution.NORMAL, z -> z);
        random("normal", d -> Tensors.normal(new Generator(5), 1, 2, 2, 3), Distribution.NORMAL, z -> 1 + 2 * z);
        // By what does not depend on the numbers drawn: their own tests say which those are.
        add("bernoulli", d -> Tensors.bernoulli(new Generator(5), 1, 2, 3), i -> 1, 2, 3);
        add("randint", d -> Tensors.randint(new Generator(5), -3, -2, SHAPE), i -> -3, 2, 3);
        add("randperm", d -> Tensors.randperm(new Generator(5), 9).sort(0).values(), i -> i, 9);
    }

    private static void random(
            String method, Function<DType, Tensor> make, Distribution distribution, DoubleUnaryOperator element) {
        SAMPLES.add(new SourceSample(
                "Tensors." + method,
                make,
                dtype -> {
                    HostArray draws = PhiloxReference.draw(new Op.Random(distribution, dtype, SHAPE, 5, 0));
                    return HostArray.reals(dtype, SHAPE, i -> element.applyAsDouble(draws.real(i)));
                },
                false));
    }

    private static void changed() {
        inPlace("add_", (x, y) -> x.add_(y), (x, y) -> x.add(y));
        inPlace("add_", (x, y) -> x.add_(2.5), (x, y) -> x.add(2.5));
        inPlace("add_", (x, y) -> x.add_(1L), (x, y) -> x.add(1L));
        inPlace("sub_", (x, y) -> x.sub_(y), (x, y) -> x.sub(y));
        inPlace("mul_", (x, y) -> x.mul_(y), (x, y) -> x.mul(y));
        inPlace("div_", (x, y) -> x.div_(y), (x, y) -> x.div(y));
        inPlace("pow_", (x, y) -> x.pow_(2L), (x, y) -> x.pow(2L));
        inPlace("pow_", (x, y) -> x.pow_(0.5), (x, y) -> x.pow(0.5));
        inPlace("neg_", (x, y) -> x.neg_(), (x, y) -> x.neg());
        inPlace("abs_", (x, y) -> x.abs_(), (x, y) -> x.abs());
        inPlace("exp_", (x, y) -> x.exp_(), (x, y) -> x.exp());
        inPlace("sqrt_", (x, y) -> x.sqrt_(), (x, y) -> x.sqrt());
        inPlace("relu_", (x, y) -> x.relu_(), (x, y) -> x.relu());
        inPlace("sigmoid_", (x, y) -> x.sigmoid_(), (x, y) -> x.sigmoid());
        inPlace("tanh_", (x, y) -> x.tanh_(), (x, y) -> x.tanh());
        inPlace("clamp_", (x, y) -> x.clamp_(0.5, 1.25), (x, y) -> x.clamp(0.5, 1.25));
        inPlace("clamp_", (x, y) -> x.clamp_(1L, 2L), (x, y) -> x.clamp(1L, 2L));
        inPlace("fill_", (x, y) -> x.fill_(1.0), (x, y) -> Tensors.ones(x.dtype(), 2, 3));
        inPlace("zero_", (x, y) -> x.zero_(), (x, y) -> Tensors.zeros(x.dtype(), 2, 3));
        inPlace("copy_", (x, y) -> x.copy_(y), (x, y) -> y.copy());
        inPlace("maskedFill_", (x, y) -> x.maskedFill_(x.eq(y), 1.0), (x, y) -> x.maskedFill(x.eq(y), 1.0));
    }

    /** A change of a transposed view, seen in what it is a view of; refused where the new tensor has another dtype. */
    private static void inPlace(String method, BinaryOperator<Tensor> change, BinaryOperator<Tensor> anew) {
        SAMPLES.add(new SourceSample(
                "Tensor." + method,
                dtype -> {
                    Tensor base = operand(dtype, 1).t().contiguous();
                    Tensor view = base.t();
                    Tensor same = change.apply(view, operand(dtype, 2));
                    if (same != view) {
                        throw new AssertionError(method + " gives another tensor");
                    }
                    return base.t();
                },
                dtype -> {
                    Tensor y = anew.apply(operand(dtype, 1), operand(dtype, 2));
                    if (y.dtype() != dtype) {
                        throw new AssertionError(method + " changes a tensor of " + dtype + " to " + y.dtype());
                    }
                    return HostArray.of(y);
                },
                true));
    }

    private static Tensor operand(DType dtype, int step) {
        return Tensors.arange(DType.F64, 0, 6, 1)
                .mul(step)
                .remainder(3.0)
                .add(dtype.isFloating() ? 0.5 : 1.0)
                .to(dtype)
                .reshape(SHAPE);
    }

    private static void add(String method, Function<DType, Tensor> make, IntToDoubleFunction element, long... sizes) {
        SAMPLES.add(SourceSample.of("Tensors." + method, make, element, sizes));
    }
}
