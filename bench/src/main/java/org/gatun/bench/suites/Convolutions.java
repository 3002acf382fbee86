package org.gatun.bench.suites;

import static org.gatun.bench.Input.normal;

import java.util.ArrayList;
import java.util.List;
import org.gatun.autograd.Grad;
import org.gatun.autograd.VjpResult;
import org.gatun.bench.Input;
import org.gatun.bench.Problem;
import org.gatun.bench.Steps;
import org.gatun.bench.Work;
import org.gatun.tensor.ConvOptions;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;

/** Suite {@code conv}: the convolutions of LeNet and of ResNet-18, forward and both backward passes. */
final class Convolutions {
    private static final String SUITE = "conv";

    /** From so many multiplications on there is work for several threads. */
    private static final double PARALLEL = 1e6;

    private Convolutions() {}

    /**
     * A convolution.
     *
     * @param name which it is
     * @param in channels of the images
     * @param side of the images, in pixels
     * @param out channels of the result
     * @param window the side of a window
     * @param stride from a window to the next
     * @param padding pixels at each side
     */
    private record Layer(String name, int in, int side, int out, int window, int stride, int padding) {
        int result() {
            return (side + 2 * padding - window) / stride + 1;
        }
    }

    private static final List<Layer> LAYERS = List.of(
            new Layer("lenet-1", 1, 28, 6, 5, 1, 2),
            new Layer("lenet-2", 6, 14, 16, 5, 1, 0),
            new Layer("resnet-stem", 3, 224, 64, 7, 2, 3),
            new Layer("resnet-64", 64, 56, 64, 3, 1, 1),
            new Layer("resnet-128-half", 64, 56, 128, 3, 2, 1),
            new Layer("resnet-128-shortcut", 64, 56, 128, 1, 2, 0),
            new Layer("resnet-128", 128, 28, 128, 3, 1, 1),
            new Layer("resnet-256-half", 128, 28, 256, 3, 2, 1),
            new Layer("resnet-256-shortcut", 128, 28, 256, 1, 2, 0),
            new Layer("resnet-256", 256, 14, 256, 3, 1, 1),
            new Layer("resnet-512-half", 256, 14, 512, 3, 2, 1),
            new Layer("resnet-512-shortcut", 256, 14, 512, 1, 2, 0),
            new Layer("resnet-512", 512, 7, 512, 3, 1, 1));

    static List<Problem> all() {
        var all = new ArrayList<Problem>();
        for (Layer layer : LAYERS) {
            for (int batch : new int[] {1, 32, 128}) {
                all.addAll(of(layer, batch));
            }
        }
        return all;
    }

    private static List<Problem> of(Layer layer, int batch) {
        int side = layer.result();
        Input x = normal(batch, layer.in, layer.side, layer.side);
        Input w = normal(layer.out, layer.in, layer.window, layer.window)
                .times(1 / Math.sqrt((double) layer.in * layer.window * layer.window));
        Input g = normal(batch, layer.out, side, side);
        ConvOptions options = ConvOptions.DEFAULT.stride(layer.stride).padding(layer.padding);
        String how = "[" + layer.stride + ", " + layer.stride + "], [" + layer.padding + ", " + layer.padding
                + "], [1, 1], ";
        String backward = "torch.convolution_backward(c, a, b, None, " + how + "False, [0, 0], 1, ";
        double products = (double) batch * layer.out * side * side * layer.in * layer.window * layer.window;
        Work work = Work.of(2 * products, (double) x.bytes() + w.bytes() + g.bytes())
                .counted(batch, "images");
        String size = batch + "x" + layer.in + "x" + layer.side + "x" + layer.side;
        List<Problem> passes = List.of(
                Problem.of(
                        SUITE,
                        layer.name + "-forward",
                        size,
                        "torch.conv2d(a, b, None, " + how + "1)",
                        t -> Functional.conv2d(t.get(0), t.get(1), null, options),
                        x,
                        w),
                Problem.of(
                                SUITE,
                                layer.name + "-input-grad",
                                size,
                                "(" + backward + "[True, False, False]))[0]",
                                List::getFirst,
                                x,
                                w,
                                g)
                        .by(t -> new Pullback(
                                Grad.vjp(v -> Functional.conv2d(v, t.get(1), null, options), t.get(0)), t.get(2))),
                Problem.of(
                                SUITE,
                                layer.name + "-weight-grad",
                                size,
                                "(" + backward + "[False, True, False]))[1]",
                                List::getFirst,
                                x,
                                w,
                                g)
                        .by(t -> new Pullback(
                                Grad.vjp(v -> Functional.conv2d(t.get(0), v, null, options), t.get(1)), t.get(2))));
        return passes.stream()
                .map(p -> p.working(work))
                .map(p -> products >= PARALLEL ? p.onThreads() : p)
                .toList();
    }

    /** The backward pass alone, of a forward pass that ran once. */
    private record Pullback(VjpResult<Tensor, Tensor> forward, Tensor cotangent) implements Steps {
        @Override
        public List<Tensor> results() {
            return List.of(forward.pullback(cotangent));
        }

        @Override
        public void close() {
            forward.value().close();
            forward.close();
        }
    }
}
