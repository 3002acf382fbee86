package org.gatun.examples.bench;

import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.gatun.tensor.Device;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.ConvSpec;

/** What {@code gatun bench cpu-gpu} measures. */
final class Problems {
    static final String GEMM = "gemm";

    /** Numbers of elements, from 1 Ki to 1 Gi. */
    private static final List<Long> ELEMENTS =
            LongStream.rangeClosed(5, 15).map(i -> 1L << (2 * i)).boxed().toList();

    /** Rows of square matrices of as many elements. */
    private static final List<Long> ROWS =
            LongStream.rangeClosed(5, 15).map(i -> 1L << i).boxed().toList();

    private static final List<Long> BATCHES = List.of(32L, 128L, 512L, 2048L, 8192L, 32768L, 65536L);

    private static final int SOFTMAX_ROW = 1024;
    private static final int CHANNELS_IN = 16;
    private static final int CHANNELS_OUT = 32;
    private static final int IMAGE = 28;

    private static final Elementwise.Region CHAIN =
            Elementwise.region((x, y) -> x.mul(y).tanh().add(x));

    private Problems() {}

    /** Copies within a device's memory, by which its bandwidth is measured. */
    static final Problem COPY = new Problem(
            "copy",
            "elements",
            ELEMENTS,
            false,
            (n, b) -> new Work(n, 0, 2.0 * n * b, 3.0 * n * b),
            (device, precision, n) -> unary(device, precision, Tensor::copy, n));

    /** All of them. */
    static List<Problem> all() {
        return List.of(
                new Problem(
                        GEMM,
                        "rows",
                        ROWS,
                        true,
                        (n, b) -> new Work(n * n, 2.0 * n * n * n, 3.0 * n * n * b, 4.0 * n * n * b),
                        (device, precision, n) -> {
                            var make = new Operands(device, precision);
                            return new Operation(
                                    List.of(make.normal(n, n), make.normal(n, n)),
                                    x -> x.get(0).matmul(x.get(1)));
                        }),
                new Problem(
                        "add",
                        "elements",
                        ELEMENTS,
                        false,
                        (n, b) -> new Work(n, n, 3.0 * n * b, 4.0 * n * b),
                        (device, precision, n) -> binary(device, precision, n, Tensor::add)),
                new Problem(
                        "chain",
                        "elements",
                        ELEMENTS,
                        false,
                        (n, b) -> new Work(n, 3.0 * n, 3.0 * n * b, 4.0 * n * b),
                        (device, precision, n) -> binary(device, precision, n, CHAIN::apply)),
                new Problem(
                        "sum",
                        "elements",
                        ELEMENTS,
                        false,
                        (n, b) -> new Work(n, n, (double) n * b, 2.0 * n * b),
                        (device, precision, n) -> unary(device, precision, Tensor::sum, n)),
                new Problem(
                        "softmax",
                        "elements",
                        ELEMENTS,
                        false,
                        (n, b) -> new Work(n, 5.0 * n, 2.0 * n * b, 4.0 * n * b),
                        (device, precision, n) ->
                                unary(device, precision, x -> x.softmax(1), n / SOFTMAX_ROW, SOFTMAX_ROW)),
                new Problem("conv2d", "batch", BATCHES, true, Problems::convolutionWork, Problems::convolution),
                new Problem("mlp", "batch", BATCHES, true, Networks::mlpWork, Networks::mlp),
                new Problem("lenet", "batch", BATCHES, true, Networks::lenetWork, Networks::lenet),
                new Problem("transformer", "batch", BATCHES, true, Networks::transformerWork, Networks::transformer));
    }

    /** The one of that name. */
    static Problem named(String name) {
        return all().stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no problem is called " + name));
    }

    private static Step unary(Device device, Precision precision, UnaryOperator<Tensor> f, long... shape) {
        return new Operation(List.of(new Operands(device, precision).normal(shape)), x -> f.apply(x.getFirst()));
    }

    private static Step binary(Device device, Precision precision, long n, BinaryOperator<Tensor> f) {
        var make = new Operands(device, precision);
        return new Operation(List.of(make.normal(n), make.normal(n)), x -> f.apply(x.get(0), x.get(1)));
    }

    private static Step convolution(Device device, Precision precision, long batch) {
        var make = new Operands(device, precision);
        ConvSpec same = ConvSpec.DEFAULT.padding(1);
        return new Operation(
                List.of(make.normal(batch, CHANNELS_IN, IMAGE, IMAGE), make.normal(CHANNELS_OUT, CHANNELS_IN, 3, 3)),
                x -> Functional.conv2d(x.get(0), x.get(1), null, same));
    }

    private static Work convolutionWork(long batch, int bytes) {
        double plane = (double) batch * IMAGE * IMAGE;
        double weights = 9.0 * CHANNELS_IN * CHANNELS_OUT;
        double moved = bytes * (plane * (CHANNELS_IN + CHANNELS_OUT) + weights);
        return new Work((long) (plane * CHANNELS_OUT), 2 * weights * plane, moved, 2 * moved);
    }
}
