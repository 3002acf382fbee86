package org.gatun.bench.suites;

import static org.gatun.bench.Input.normal;

import java.util.ArrayList;
import java.util.List;
import org.gatun.bench.Input;
import org.gatun.nn.Linear;
import org.gatun.nn.Lstm;
import org.gatun.nn.Module;
import org.gatun.tensor.AttentionOptions;
import org.gatun.tensor.ConvOptions;
import org.gatun.tensor.Functional;
import org.gatun.tensor.PoolOptions;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/** The networks of the suite {@code train} that are more than layers in a row. */
final class Networks {
    static final int CLASSES = 10;
    static final int VOCABULARY = 65;
    static final int CONTEXT = 128;
    static final int HEADS = 4;
    private static final int WIDTH = 128;
    private static final int BLOCKS = 4;
    private static final double EPSILON = 1e-5;
    private static final String EPSILON_TEXT = "1.0000000000000001e-05";

    private Networks() {}

    /** LeNet-5 on 28 x 28 images, with ReLU and max pooling. */
    static Net lenet() {
        var net = new Net();
        int x = conv(net, 0, 1, 6, 5, 1, 2, true);
        x = pool(net, relu(net, x));
        x = conv(net, x, 6, 16, 5, 1, 0, true);
        x = pool(net, relu(net, x));
        int images = x;
        x = net.layer(
                "torch.flatten(a" + images + ", 1, -1)", (v, p) -> v.get(images).flatten(1, -1));
        x = relu(net, linear(net, x, 400, 120));
        x = relu(net, linear(net, x, 120, 84));
        linear(net, x, 84, CLASSES);
        return net;
    }

    /** A residual network on 32 x 32 images: three stages of 16, 32 and 64 channels, two blocks each, with batch norm. */
    static Net resnet() {
        var net = new Net();
        int x = relu(net, batchNorm(net, conv(net, 0, 3, 16, 3, 1, 1, false), 16));
        int in = 16;
        for (int out : new int[] {16, 32, 64}) {
            for (int block = 0; block < 2; block++) {
                int stride = out == in ? 1 : 2;
                int h = relu(net, batchNorm(net, conv(net, x, in, out, 3, stride, 1, false), out));
                h = batchNorm(net, conv(net, h, out, out, 3, 1, 1, false), out);
                int shortcut = stride == 1 ? x : batchNorm(net, conv(net, x, in, out, 1, 2, 0, false), out);
                x = relu(net, add(net, h, shortcut));
                in = out;
            }
        }
        int last = x;
        int mean = net.layer(
                "torch.mean(a" + last + ", [2, 3])", (v, p) -> v.get(last).mean(2, 3));
        linear(net, mean, 64, CLASSES);
        return net;
    }

    /** Two LSTM layers, and a linear one on the last state. */
    static final class LstmNetwork implements Module {
        static final int INPUTS = 64;
        static final int HIDDEN = 128;

        /** The same, of x and of the parameters in their order. */
        static final String SCRIPT = """
                z = torch.zeros([2, torch.size(x, 0), 128])
                o, h, c = torch.lstm(x, [z, z], [p0, p1, p2, p3, p4, p5, p6, p7], True, 2, 0., True, False, True)
                y = torch.linear(torch.select(o, 1, -1), p8, p9)
                """;

        private final Lstm lstm;
        private final Linear output;

        LstmNetwork() {
            var g = new Generator(1); // its weights are replaced
            lstm = new Lstm(INPUTS, HIDDEN, 2, g);
            output = new Linear(HIDDEN, CLASSES, g);
        }

        /** The parameters as they begin, in the order of the layers. */
        static List<Input> start() {
            var all = new ArrayList<Input>();
            for (int layer = 0; layer < 2; layer++) {
                all.add(weight(HIDDEN, 4L * HIDDEN, layer == 0 ? INPUTS : HIDDEN));
                all.add(weight(HIDDEN, 4L * HIDDEN, HIDDEN));
                all.add(weight(HIDDEN, 4L * HIDDEN));
                all.add(weight(HIDDEN, 4L * HIDDEN));
            }
            all.add(weight(HIDDEN, CLASSES, HIDDEN));
            all.add(weight(HIDDEN, CLASSES));
            return all;
        }

        @Override
        public Tensor forward(Tensor x) {
            return output.forward(lstm.forward(x).select(1, -1));
        }
    }

    /** A causal transformer on characters: learned positions, four blocks of width 128 with norms first, and logits for every character. */
    static Net transformer(int batch) {
        var net = new Net();
        int tokens = net.parameter(normal(VOCABULARY, WIDTH).times(0.02));
        int positions = net.parameter(normal(CONTEXT, WIDTH).times(0.02));
        int x = net.layer(
                "torch.add(torch.embedding(p" + tokens + ", a0), p" + positions + ")",
                (v, p) -> p.get(tokens)
                        .indexSelect(0, v.getFirst().flatten())
                        .reshape(batch, CONTEXT, WIDTH)
                        .add(p.get(positions)));
        for (int block = 0; block < BLOCKS; block++) {
            int attended = attention(net, linear(net, layerNorm(net, x), WIDTH, 3 * WIDTH), batch);
            x = add(net, x, linear(net, attended, WIDTH, WIDTH));
            int inner = linear(net, layerNorm(net, x), WIDTH, 4 * WIDTH);
            int gelu = net.layer("torch.gelu(a" + inner + ")", (v, p) -> Functional.gelu(v.get(inner)));
            x = add(net, x, linear(net, gelu, 4 * WIDTH, WIDTH));
        }
        int logits = linear(net, layerNorm(net, x), WIDTH, VOCABULARY);
        net.layer(
                "torch.reshape(a" + logits + ", [-1, " + VOCABULARY + "])",
                (v, p) -> v.get(logits).reshape(-1, VOCABULARY));
        return net;
    }

    private static int attention(Net net, int qkv, int batch) {
        int width = WIDTH / HEADS;
        String sizes = "[" + batch + ", " + CONTEXT + ", 3, " + HEADS + ", " + width + "]";
        String name = "h" + qkv;
        net.statements(name + " = torch.permute(torch.reshape(a" + qkv + ", " + sizes + "), [2, 0, 3, 1, 4])\n");
        String heads = "torch.scaled_dot_product_attention(torch.select(" + name + ", 0, 0), torch.select(" + name
                + ", 0, 1), torch.select(" + name + ", 0, 2), None, 0., True)";
        return net.layer(
                "torch.reshape(torch.transpose(" + heads + ", 1, 2), [" + batch + ", " + CONTEXT + ", " + WIDTH + "])",
                (v, p) -> {
                    Tensor h =
                            v.get(qkv).reshape(batch, CONTEXT, 3, HEADS, width).permute(2, 0, 3, 1, 4);
                    return Functional.scaledDotProductAttention(
                                    h.select(0, 0),
                                    h.select(0, 1),
                                    h.select(0, 2),
                                    AttentionOptions.DEFAULT.withCausal(true))
                            .transpose(1, 2)
                            .reshape(batch, CONTEXT, WIDTH);
                });
    }

    private static int conv(Net net, int x, int in, int out, int window, int stride, int padding, boolean biased) {
        int w = net.parameter(weight(in * window * window, out, in, window, window));
        int b = biased ? net.parameter(0, out) : -1;
        ConvOptions options = ConvOptions.DEFAULT.stride(stride).padding(padding);
        return net.layer(
                "torch.conv2d(a" + x + ", p" + w + ", " + (biased ? "p" + b : "None") + ", [" + stride + ", " + stride
                        + "], [" + padding + ", " + padding + "], [1, 1], 1)",
                (v, p) -> Functional.conv2d(v.get(x), p.get(w), biased ? p.get(b) : null, options));
    }

    private static int batchNorm(Net net, int x, int channels) {
        int w = net.parameter(1, channels);
        int b = net.parameter(0, channels);
        return net.layer(
                "torch.batch_norm(a" + x + ", p" + w + ", p" + b + ", None, None, True, 0.10000000000000001, "
                        + EPSILON_TEXT + ", False)",
                (v, p) -> Functional.batchNorm(v.get(x), p.get(w), p.get(b), EPSILON));
    }

    private static int layerNorm(Net net, int x) {
        int w = net.parameter(1, WIDTH);
        int b = net.parameter(0, WIDTH);
        return net.layer(
                "torch.layer_norm(a" + x + ", [" + WIDTH + "], p" + w + ", p" + b + ", " + EPSILON_TEXT + ", True)",
                (v, p) -> Functional.layerNorm(v.get(x), Shape.of(WIDTH), p.get(w), p.get(b), EPSILON));
    }

    private static int linear(Net net, int x, int in, int out) {
        int w = net.parameter(weight(in, out, in));
        int b = net.parameter(0, out);
        return net.layer(
                "torch.linear(a" + x + ", p" + w + ", p" + b + ")",
                (v, p) -> Functional.linear(v.get(x), p.get(w), p.get(b)));
    }

    private static int relu(Net net, int x) {
        return net.layer("torch.relu(a" + x + ")", (v, p) -> v.get(x).relu());
    }

    private static int add(Net net, int x, int y) {
        return net.layer("torch.add(a" + x + ", a" + y + ")", (v, p) -> v.get(x).add(v.get(y)));
    }

    private static int pool(Net net, int x) {
        return net.layer(
                "torch.max_pool2d(a" + x + ", [2, 2], [2, 2], [0, 0], [1, 1], False)",
                (v, p) -> Functional.maxPool2d(v.get(x), PoolOptions.of(2)));
    }

    /** What a layer begins with that sums over so many numbers. */
    static Input weight(int fan, long... sizes) {
        return normal(sizes).times(1 / Math.sqrt(fan));
    }
}
