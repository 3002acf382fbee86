package org.gatun.examples.mnist;

import org.gatun.nn.Activation;
import org.gatun.nn.Conv2d;
import org.gatun.nn.Flatten;
import org.gatun.nn.Linear;
import org.gatun.nn.MaxPool2d;
import org.gatun.nn.Module;
import org.gatun.nn.Sequential;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.random.Generator;

/** The networks that can be trained, each from images (n, 1, 28, 28) to logits (n, 10). */
public enum Network {
    /** A multi-layer perceptron 784-512-256-10 with ReLU. */
    mlp(1e-3) {
        @Override
        Module create(Generator g) {
            return new Sequential(
                    new Flatten(),
                    new Linear(784, 512, g),
                    Activation.RELU,
                    new Linear(512, 256, g),
                    Activation.RELU,
                    new Linear(256, 10, g));
        }
    },
    /** LeNet-5 (LeCun et al. 1998) with ReLU and max pooling. */
    lenet(2e-3) {
        @Override
        Module create(Generator g) {
            return new Sequential(
                    new Conv2d(1, 6, 5, ConvSpec.DEFAULT.padding(2), g),
                    Activation.RELU,
                    new MaxPool2d(2),
                    new Conv2d(6, 16, 5, g),
                    Activation.RELU,
                    new MaxPool2d(2),
                    new Flatten(),
                    new Linear(400, 120, g),
                    Activation.RELU,
                    new Linear(120, 84, g),
                    Activation.RELU,
                    new Linear(84, 10, g));
        }
    };

    /** The first learning rate unless one is given. */
    private final double learningRate;

    Network(double learningRate) {
        this.learningRate = learningRate;
    }

    double learningRate() {
        return learningRate;
    }

    /** The network with fresh parameters. */
    abstract Module create(Generator generator);
}
