package org.gatun.bench.suites;

import static org.gatun.bench.Input.below;
import static org.gatun.bench.Input.normal;
import static org.gatun.bench.suites.Networks.CLASSES;
import static org.gatun.bench.suites.Networks.CONTEXT;
import static org.gatun.bench.suites.Networks.HEADS;
import static org.gatun.bench.suites.Networks.VOCABULARY;
import static org.gatun.bench.suites.Networks.weight;

import java.util.ArrayList;
import java.util.List;
import org.gatun.bench.Input;
import org.gatun.bench.Problem;
import org.gatun.bench.suites.Networks.LstmNetwork;
import org.gatun.nn.Activation;
import org.gatun.nn.Linear;
import org.gatun.nn.Sequential;
import org.gatun.tensor.random.Generator;

/** Suite {@code train}: whole training steps, forward, loss, backward and update, the same in PyTorch with its fused optimizers. */
final class Training {
    static final String SUITE = "train";

    private Training() {}

    static List<Problem> all() {
        var all = new ArrayList<Problem>();
        for (int batch : new int[] {1, 32, 128, 1024, 8192}) {
            all.add(mlp(batch));
        }
        all.add(images("lenet", Networks.lenet(), 128, normal(128, 1, 28, 28), LENET));
        for (int batch : new int[] {32, 128}) {
            all.add(images("resnet", Networks.resnet(), batch, normal(batch, 3, 32, 32), RESNET));
        }
        all.add(lstm());
        all.add(transformer());
        return all;
    }

    /** Multiplications of a step on one image: backward is twice the forward pass, but nobody wants the gradient of the image. */
    private static final double LENET =
            3 * (6.0 * 784 * 25 + 16.0 * 100 * 150 + 400 * 120 + 120 * 84 + 84 * 10) - 6.0 * 784 * 25;

    private static final double RESNET = 3
                    * (1024.0 * (3 * 9 * 16 + 4 * 16 * 9 * 16)
                            + 256.0 * (16 * 9 * 32 + 16 * 32 + 3 * 32 * 9 * 32)
                            + 64.0 * (32 * 9 * 64 + 32 * 64 + 3 * 64 * 9 * 64)
                            + 64 * CLASSES)
            - 1024.0 * 3 * 9 * 16;

    /** The 784-512-256-10 network with ReLU, cross-entropy and Adam. */
    private static Problem mlp(int batch) {
        double weights = 784 * 512 + 512 * 256 + 256 * CLASSES;
        // Backward is twice the forward pass, but nobody wants the gradient of the images.
        double products = batch * (3 * weights - 784 * 512);
        return new TrainingStep(
                        "mlp",
                        "batch " + batch,
                        normal(batch, 784),
                        below(CLASSES, batch),
                        List.of(
                                weight(784, 512, 784),
                                weight(784, 512),
                                weight(512, 256, 512),
                                weight(512, 256),
                                weight(256, 10, 256),
                                weight(256, 10)),
                        """
                        h0 = torch.relu(torch.linear(x, p0, p1))
                        h1 = torch.relu(torch.linear(h0, p2, p3))
                        y = torch.linear(h1, p4, p5)
                        """,
                        () -> {
                            var g = new Generator(1); // its weights are replaced
                            return new Sequential(
                                    new Linear(784, 512, g),
                                    Activation.RELU,
                                    new Linear(512, 256, g),
                                    Activation.RELU,
                                    new Linear(256, CLASSES, g));
                        },
                        TrainingStep.Update.ADAM,
                        batch,
                        "samples",
                        2 * products)
                .problem();
    }

    private static Problem images(String name, Net net, int batch, Input x, double products) {
        return step(
                name,
                "batch " + batch,
                x,
                below(CLASSES, batch),
                net,
                TrainingStep.Update.SGD,
                batch,
                "samples",
                2 * batch * products);
    }

    private static Problem lstm() {
        int batch = 32;
        int length = 64;
        double hidden = LstmNetwork.HIDDEN;
        double products = 4 * hidden * (LstmNetwork.INPUTS + hidden) + 4 * hidden * (hidden + hidden);
        // Nobody wants the gradient of the sequences.
        double flops = (6 * products - 2 * 4 * hidden * LstmNetwork.INPUTS) * batch * length;
        return new TrainingStep(
                        "lstm",
                        "batch 32, 64 steps",
                        normal(batch, length, LstmNetwork.INPUTS),
                        below(CLASSES, batch),
                        LstmNetwork.start(),
                        LstmNetwork.SCRIPT,
                        LstmNetwork::new,
                        TrainingStep.Update.ADAM,
                        batch * length,
                        "time steps",
                        flops)
                .problem();
    }

    private static Problem transformer() {
        int batch = 16;
        double tokens = (double) batch * CONTEXT;
        double width = 128;
        // Of the scores half are masked.
        double products = 4 * (12 * width * width + CONTEXT * width) + width * VOCABULARY;
        return step(
                "transformer",
                "batch 16, " + HEADS + " heads, context " + CONTEXT,
                below(VOCABULARY, batch, CONTEXT),
                below(VOCABULARY, (long) batch * CONTEXT),
                Networks.transformer(batch),
                TrainingStep.Update.ADAMW,
                tokens,
                "tokens",
                6 * products * tokens);
    }

    private static Problem step(
            String name,
            String size,
            Input x,
            Input classes,
            Net net,
            TrainingStep.Update update,
            double units,
            String unit,
            double flops) {
        return new TrainingStep(
                        name, size, x, classes, net.parameters(), net.script(), net::module, update, units, unit, flops)
                .problem();
    }
}
