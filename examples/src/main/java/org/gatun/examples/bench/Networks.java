package org.gatun.examples.bench;

import java.util.ArrayList;
import java.util.List;
import org.gatun.autograd.Parameter;
import org.gatun.tensor.Device;
import org.gatun.tensor.Functional;
import org.gatun.tensor.PoolOptions;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.shape.Shape;

/** The networks that are trained, as functions of parameters that are made where they are trained. */
final class Networks {
    static final int CLASSES = 10;

    /** Tokens of a sequence, numbers of a token, heads, and numbers of the hidden layer of the transformer's block. */
    static final int LENGTH = 64;

    static final int WIDTH = 256;
    static final int HEADS = 4;
    static final int HIDDEN = 4 * WIDTH;

    private static final int PIXELS = 28;
    private static final int[] MLP = {784, 512, 256, CLASSES};
    private static final double EPSILON = 1e-5;

    private Networks() {}

    /** 784-512-256-10 with ReLU. */
    static Step mlp(Device device, Precision precision, long batch) {
        var make = new Operands(device, precision);
        var parameters = new ArrayList<Parameter>();
        for (int i = 1; i < MLP.length; i++) {
            dense(make, parameters, MLP[i - 1], MLP[i]);
        }
        return new TrainingStep(
                parameters,
                x -> {
                    Tensor h = x;
                    for (int i = 0; i < parameters.size(); i += 2) {
                        h = Functional.linear(i == 0 ? h : h.relu(), parameters.get(i), parameters.get(i + 1));
                    }
                    return h;
                },
                make.normal(batch, MLP[0]),
                make.classes(CLASSES, batch));
    }

    /** Forward, and backward twice as much but for the gradient of the input, which nobody asks for. */
    static Work mlpWork(long batch, int bytes) {
        double weights = 0;
        double units = 0;
        for (int i = 1; i < MLP.length; i++) {
            weights += (double) MLP[i - 1] * MLP[i];
            units += MLP[i];
        }
        return training(batch, 3 * weights - (double) MLP[0] * MLP[1], weights + units, MLP[0], units, bytes);
    }

    /** LeNet-5 (LeCun et al. 1998) with ReLU and max pooling. */
    static Step lenet(Device device, Precision precision, long batch) {
        var make = new Operands(device, precision);
        var parameters = new ArrayList<Parameter>();
        parameters.add(make.weight(25, 6, 1, 5, 5));
        parameters.add(make.constant(0, 6));
        parameters.add(make.weight(150, 16, 6, 5, 5));
        parameters.add(make.constant(0, 16));
        dense(make, parameters, 400, 120);
        dense(make, parameters, 120, 84);
        dense(make, parameters, 84, CLASSES);
        List<Parameter> p = List.copyOf(parameters);
        PoolOptions halving = PoolOptions.of(2);
        return new TrainingStep(
                p,
                x -> {
                    Tensor a = Functional.conv2d(x, p.get(0), p.get(1), ConvSpec.DEFAULT.padding(2));
                    Tensor b = Functional.maxPool2d(a.relu(), halving);
                    Tensor c = Functional.conv2d(b, p.get(2), p.get(3), ConvSpec.DEFAULT);
                    Tensor d = Functional.maxPool2d(c.relu(), halving).reshape(batch, 400);
                    Tensor e = Functional.linear(d, p.get(4), p.get(5)).relu();
                    Tensor f = Functional.linear(e, p.get(6), p.get(7)).relu();
                    return Functional.linear(f, p.get(8), p.get(9));
                },
                make.normal(batch, 1, PIXELS, PIXELS),
                make.classes(CLASSES, batch));
    }

    static Work lenetWork(long batch, int bytes) {
        double first = 25.0 * 6 * 784;
        double second = 150.0 * 16 * 100;
        double dense = 400 * 120 + 120 * 84 + 84 * CLASSES;
        double parameters = 26 * 6 + 151 * 16 + 401 * 120 + 121 * 84 + 85 * CLASSES;
        double units = 6 * 784 + 6 * 196 + 16 * 100 + 400 + 120 + 84 + CLASSES;
        return training(batch, 2 * first + 3 * (second + dense), parameters, PIXELS * PIXELS, units, bytes);
    }

    /** A block of a transformer's encoder (attention and a hidden layer, each after a layer norm), and a linear layer on the tokens' mean. */
    static Step transformer(Device device, Precision precision, long batch) {
        var make = new Operands(device, precision);
        var parameters = new ArrayList<Parameter>();
        norm(make, parameters);
        dense(make, parameters, WIDTH, 3 * WIDTH);
        dense(make, parameters, WIDTH, WIDTH);
        norm(make, parameters);
        dense(make, parameters, WIDTH, HIDDEN);
        dense(make, parameters, HIDDEN, WIDTH);
        dense(make, parameters, WIDTH, CLASSES);
        List<Parameter> p = List.copyOf(parameters);
        return new TrainingStep(
                p,
                x -> {
                    Tensor attended = attention(layerNorm(x, p.get(0), p.get(1)), p.get(2), p.get(3), batch);
                    Tensor h = x.add(Functional.linear(attended, p.get(4), p.get(5)));
                    Tensor inner = Functional.linear(layerNorm(h, p.get(6), p.get(7)), p.get(8), p.get(9));
                    Tensor y = h.add(Functional.linear(Functional.gelu(inner), p.get(10), p.get(11)));
                    return Functional.linear(y.mean(1), p.get(12), p.get(13));
                },
                make.normal(batch, LENGTH, WIDTH),
                make.classes(CLASSES, batch));
    }

    static Work transformerWork(long batch, int bytes) {
        double weights = 4.0 * WIDTH * WIDTH + 2.0 * WIDTH * HIDDEN;
        double products = LENGTH * (weights + 2.0 * LENGTH * WIDTH);
        double units = LENGTH * (12.0 * WIDTH + 2.0 * HIDDEN + 2.0 * HEADS * LENGTH);
        return training(batch, 3 * products, weights + 10.0 * WIDTH + HIDDEN, (double) LENGTH * WIDTH, units, bytes);
    }

    private static Tensor attention(Tensor x, Tensor weight, Tensor bias, long batch) {
        long of = WIDTH / HEADS;
        Tensor qkv = Functional.linear(x, weight, bias)
                .reshape(batch, LENGTH, 3, HEADS, of)
                .permute(2, 0, 3, 1, 4); // (3, batch, head, token, number)
        Tensor q = qkv.select(0, 0);
        Tensor k = qkv.select(0, 1);
        Tensor v = qkv.select(0, 2);
        return Functional.scaledDotProductAttention(q, k, v).permute(0, 2, 1, 3).reshape(batch, LENGTH, WIDTH);
    }

    private static Tensor layerNorm(Tensor x, Tensor scale, Tensor shift) {
        return Functional.layerNorm(x, Shape.of(WIDTH), scale, shift, EPSILON);
    }

    private static void dense(Operands make, List<Parameter> parameters, int in, int out) {
        parameters.add(make.weight(in, out, in));
        parameters.add(make.constant(0, out));
    }

    private static void norm(Operands make, List<Parameter> parameters) {
        parameters.add(make.constant(1, WIDTH));
        parameters.add(make.constant(0, WIDTH));
    }

    /**
     * The work of an update.
     *
     * @param products multiplications, each with its addition, for one sample, backward included
     * @param parameters trained numbers: read forward, backward and by the update, which also writes them; their gradients are written and read
     * @param input numbers of a sample: read forward and backward
     * @param units numbers of all activations of a sample: written once and read twice, and so are their gradients
     */
    private static Work training(
            long batch, double products, double parameters, double input, double units, int bytes) {
        return new Work(
                (long) (batch * Math.max(input, units)),
                2 * products * batch,
                bytes * (6 * parameters + batch * (2 * input + 6 * units)),
                bytes * (3 * parameters + batch * (2 * input + 4 * units)));
    }
}
