package org.gatun.tensor.conformance;

import static org.gatun.tensor.conformance.CompositeSample.any;
import static org.gatun.tensor.conformance.CompositeSample.of;

import java.util.ArrayList;
import java.util.List;
import org.gatun.tensor.ConvOptions;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.conformance.CompositeSample.Slot;

/** Samples of convolutions in one to three dimensions, and of transposed ones. */
final class ConvolutionSamples {
    private static final List<CompositeSample> SAMPLES = new ArrayList<>();
    private static final ConvOptions PLAIN = ConvOptions.DEFAULT;

    static {
        SAMPLES.add(of("Functional.conv1d", Functional::conv1d, any(2, 2, 5), any(3, 2, 2)));
        SAMPLES.add(of("Functional.conv1d", Functional::conv1d, any(0, 2, 5), any(3, 2, 2)));
        SAMPLES.add(of("Functional.conv3d", Functional::conv3d, any(1, 2, 3, 2, 3), any(2, 2, 2, 2, 1)));
        sample("conv1d", Functional::conv1d, PLAIN.padding(1).stride(2).groups(2), any(2, 5), any(4, 1, 3), any(4));
        sample("conv1d", Functional::conv1d, PLAIN.samePadding().dilation(2), any(1, 1, 5), any(2, 1, 3), any(2));
        sample("conv1d", Functional::conv1d, PLAIN.samePadding(), any(1, 1, 4), any(1, 1, 4), any(1));
        sample("conv2d", Functional::conv2d, PLAIN.samePadding(), any(1, 2, 3, 3), any(2, 2, 2, 3), any(2));
        sample(
                "conv2d",
                Functional::conv2d,
                PLAIN.stride(2, 1).padding(0, 1).dilation(1, 2),
                any(1, 4, 3),
                any(1, 1, 2, 2),
                any(1));
        sample(
                "conv3d",
                Functional::conv3d,
                PLAIN.stride(2, 1, 1).padding(1, 0, 1).groups(2),
                any(1, 2, 3, 2, 2),
                any(2, 1, 2, 2, 2),
                any(2));
        sample("conv3d", Functional::conv3d, PLAIN.dilation(2, 1, 1), any(1, 4, 2, 2), any(2, 1, 2, 1, 2), any(2));
        sample("conv3d", Functional::conv3d, PLAIN.samePadding(), any(1, 1, 3, 1, 2), any(1, 1, 2, 1, 2), any(1));
        transposed();
    }

    private ConvolutionSamples() {}

    static List<CompositeSample> all() {
        return SAMPLES;
    }

    private static void transposed() {
        sample("convTranspose1d", Functional::convTranspose1d, PLAIN, any(2, 2, 3), any(2, 3, 2), any(3));
        sample(
                "convTranspose1d",
                Functional::convTranspose1d,
                PLAIN.stride(3).padding(1).outputPadding(2).groups(2),
                any(2, 3),
                any(2, 2, 2),
                any(4));
        // More output padding than the stride, which dilation allows.
        sample(
                "convTranspose1d",
                Functional::convTranspose1d,
                PLAIN.dilation(3).padding(1).outputPadding(2),
                any(1, 1, 3),
                any(1, 1, 2),
                any(1));
        sample("convTranspose2d", Functional::convTranspose2d, PLAIN, any(1, 2, 2, 2), any(2, 1, 2, 2), any(1));
        sample(
                "convTranspose2d",
                Functional::convTranspose2d,
                PLAIN.stride(2, 1).padding(1, 0).outputPadding(1, 0).dilation(1, 2),
                any(1, 2, 3),
                any(1, 2, 2, 2),
                any(2));
        sample("convTranspose2d", Functional::convTranspose2d, PLAIN, any(0, 1, 2, 2), any(1, 1, 2, 2), any(1));
        sample("convTranspose3d", Functional::convTranspose3d, PLAIN, any(1, 2, 2, 1, 2), any(2, 1, 2, 2, 1), any(1));
        sample(
                "convTranspose3d",
                Functional::convTranspose3d,
                PLAIN.stride(2, 1, 2).padding(1, 0, 1).outputPadding(1, 0, 1).groups(2),
                any(2, 2, 1, 2),
                any(2, 1, 2, 2, 2),
                any(2));
    }

    /** A convolution of input, weight and bias. */
    private interface Convolution {
        Tensor apply(Tensor x, Tensor weight, Tensor bias, ConvOptions options);
    }

    private static void sample(String method, Convolution body, ConvOptions options, Slot x, Slot weight, Slot bias) {
        SAMPLES.add(of(
                "Functional." + method, in -> body.apply(in.get(0), in.get(1), in.get(2), options), x, weight, bias));
    }
}
