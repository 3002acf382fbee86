package org.gatun.tensor.conformance;

import static org.gatun.tensor.conformance.CompositeSample.any;
import static org.gatun.tensor.conformance.CompositeSample.index;
import static org.gatun.tensor.conformance.CompositeSample.of;
import static org.gatun.tensor.conformance.CompositeSample.probability;
import static org.gatun.tensor.conformance.CompositeSample.truth;
import static org.gatun.tensor.conformance.CompositeSample.uniqueIndex;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.Index;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.conformance.CompositeSample.Slot;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/** Samples of the methods that change shapes, join, split, and pick by index, and of the tensors made like others. */
final class ShapeSamples {
    private static final List<CompositeSample> SAMPLES = new ArrayList<>();

    static {
        shapes();
        parts();
        picks();
        joins();
        likes();
    }

    private ShapeSamples() {}

    static List<CompositeSample> all() {
        return SAMPLES;
    }

    private static void shapes() {
        add("copy", Tensor::copy, any(2, 3));
        add("contiguous", Tensor::contiguous, any(2, 3));
        add("view", Tensor::view, any(2, 3));
        add("reshape", x -> x.reshape(3, -1), any(2, 3));
        add("reshape", x -> x.reshape(Shape.of(6)), any(2, 3));
        add("reshape", x -> x.reshape(1, 1), any());
        add("flatten", Tensor::flatten, any(2, 3));
        add("flatten", x -> x.flatten(1, 2), any(2, 3, 2));
        add("permute", x -> x.permute(2, 0, 1), any(2, 3, 2));
        add("transpose", x -> x.transpose(0, -1), any(2, 3, 2));
        add("t", Tensor::t, any(2, 3));
        add("broadcastTo", x -> x.broadcastTo(4, 2, 3), any(2, 1));
        add("broadcastTo", x -> x.broadcastTo(Shape.of(3)), any());
        add("expand", x -> x.expand(2, -1, 3), any(2, 1));
        add("unsqueeze", x -> x.unsqueeze(1), any(2, 3));
        add("squeeze", Tensor::squeeze, any(2, 1, 3));
        add("flip", x -> x.flip(0), any(2, 3));
        add("slice", x -> x.slice(1, 1, 3), any(2, 3));
        add("slice", x -> x.slice(0, 0, -1, 2), any(5));
        add("select", x -> x.select(1, -1), any(2, 3));
        add("moveAxis", x -> x.moveAxis(0, 2), any(2, 3, 2));
        add("roll", x -> x.roll(2, 1), any(2, 3));
        add("pad", x -> x.pad(new long[] {1, 0}, new long[] {0, 2}), any(2, 3));
        add("pad", x -> x.pad(new long[] {0, 1}, new long[] {1, 0}, 2.5), any(2, 3));
        add("repeat", x -> x.repeat(2, 1, 2), any(2, 3));
        add("tile", x -> x.tile(2), any(2, 3));
        add("repeatInterleave", x -> x.repeatInterleave(2, 0), any(2, 3));
        add("tril", x -> x.tril(-1), any(3, 3));
        add("tril", Tensor::tril, any(2, 2, 3));
        add("triu", x -> x.triu(1), any(3, 3));
        add("triu", Tensor::triu, any(2, 2, 3));
        add("diagonal", Tensor::diagonal, any(2, 3));
        add("diagonal", x -> x.diagonal(1, 0, 2), any(2, 2, 3));
        add("diagEmbed", Tensor::diagEmbed, any(2, 3));
        add("matrixTrace", Tensor::matrixTrace, any(3, 3));
        add("matmul", x -> x.matmul(x.t()), any(2, 3));
        for (Slot[] pair : new Slot[][] {
            {any(3), any(3)},
            {any(2, 3), any(3)},
            {any(3), any(3, 2)},
            {any(2, 3), any(3, 2)},
            {any(2, 2, 3), any(3, 2)},
            {any(2, 2, 3), any(3)},
            {any(3), any(2, 3, 2)},
            {any(2, 1, 2, 3), any(2, 3, 1)},
            {any(2, 0), any(0, 2)},
            {any(0, 3), any(3, 2)}
        }) {
            SAMPLES.add(of("Tensor.matmul", Tensor::matmul, pair[0], pair[1]));
        }
        SAMPLES.add(of("Tensor.dot", Tensor::dot, any(3), any(3)));
        SAMPLES.add(of("Tensor.outer", Tensor::outer, any(2), any(3)));
    }

    private static void parts() {
        several("narrow", x -> List.of(x.narrow(1, 1, 2)), any(2, 3));
        several("split", x -> x.split(2, 0), any(5, 2));
        several("split", x -> x.split(new long[] {1, 2}, 1), any(2, 3));
        several("chunk", x -> x.chunk(2, 0), any(5));
        several("unbind", x -> x.unbind(1), any(2, 3));
    }

    private static void several(String method, Function<Tensor, List<Tensor>> body, Slot slot) {
        SAMPLES.add(CompositeSample.several("Tensor." + method, in -> body.apply(in.get(0)), slot));
    }

    private static void picks() {
        add("get", x -> x.get(Index.at(1)), any(2, 3));
        add("get", x -> x.get(Index.all(), Index.step(-1)), any(2, 3));
        add("get", x -> x.get(Index.range(0, 4, 2), Index.newAxis(), Index.ellipsis()), any(5, 2));
        add("get", x -> x.get(Index.of(0, 2, 2, -1)), any(3, 2));
        add("get", x -> x.get(Index.of(0, 1, 1), Index.of(2, 0, 2)), any(2, 3));
        SAMPLES.add(of("Tensor.get", in -> in.get(0).get(Index.mask(in.get(1))), any(2, 3), truth(2, 3))
                .withoutBatching("the number of chosen elements depends on the mask"));
        SAMPLES.add(of("Tensor.gather", (x, i) -> x.gather(1, i), any(2, 3), index(3, 2, 4)));
        SAMPLES.add(of(
                "Tensor.scatter", in -> in.get(0).scatter(0, in.get(1), in.get(2)), any(5), uniqueIndex(5, 3), any(3)));
        SAMPLES.add(of("Tensor.scatter", in -> in.get(0).scatter(0, in.get(1), 2.5), any(5), uniqueIndex(5, 3)));
        SAMPLES.add(of(
                "Tensor.scatter",
                in -> in.get(0).scatter(1, in.get(1), in.get(2)),
                any(2, 3),
                index(3, 2, 5),
                any(2, 5)));
        SAMPLES.add(of(
                "Tensor.scatterAdd",
                in -> in.get(0).scatterAdd(1, in.get(1), in.get(2)),
                any(2, 3),
                index(3, 2, 4),
                any(2, 4)));
        SAMPLES.add(of("Tensor.indexSelect", (x, i) -> x.indexSelect(1, i), any(2, 3), index(3, 5)));
        SAMPLES.add(of(
                "Tensor.indexAdd",
                in -> in.get(0).indexAdd(0, in.get(1), in.get(2)),
                any(3, 2),
                index(3, 4),
                any(4, 2)));
        SAMPLES.add(of("Tensor.take", Tensor::take, any(2, 3), index(6, 2, 2)));
        SAMPLES.add(of("Tensor.nonzero", Tensor::nonzero, truth(2, 3))
                .withoutDerivative()
                .withoutBatching("the number of positions depends on the values"));
        SAMPLES.add(of("Tensor.maskedSelect", Tensor::maskedSelect, any(2, 3), truth(2, 3))
                .withoutBatching("the number of chosen elements depends on the mask"));
        SAMPLES.add(of("Tensor.maskedFill", (x, m) -> x.maskedFill(m, -1.5), any(2, 3), truth(3)));
        SAMPLES.add(
                of("Tensors.oneHot", x -> Tensors.oneHot(x, 4), index(4, 2, 3)).withoutDerivative());
        SAMPLES.add(of("Tensors.oneHot", x -> Tensors.oneHot(DType.F64, x, 4), index(4, 5))
                .withoutDerivative());
    }

    private static void joins() {
        SAMPLES.add(of("Tensors.cat", in -> Tensors.cat(1, in), any(2, 1), any(2, 3), any(2, 0)));
        SAMPLES.add(of("Tensors.cat", (a, b) -> Tensors.cat(0, a, b), any(2), any(3)));
        SAMPLES.add(of("Tensors.stack", in -> Tensors.stack(1, in), any(2, 3), any(2, 3)));
        SAMPLES.add(of("Tensors.stack", (a, b) -> Tensors.stack(0, a, b), any(), any()));
        SAMPLES.add(of("Tensors.vstack", Tensors::vstack, any(2, 3), any(1, 3)));
        SAMPLES.add(of("Tensors.hstack", Tensors::hstack, any(2, 1), any(2, 3)));
        SAMPLES.add(CompositeSample.several(
                "Tensors.meshgrid", in -> Tensors.meshgrid(in.toArray(Tensor[]::new)), any(2), any(3)));
        SAMPLES.add(of(
                "Tensors.where", in -> Tensors.where(in.get(0), in.get(1), in.get(2)), truth(2, 3), any(2, 3), any()));
    }

    /** Tensors with the shape, dtype and device of another: nothing of its values. */
    private static void likes() {
        constant("Tensor.detach", Tensor::detach, any(2, 3));
        constant("Tensor.fullLike", x -> x.fullLike(2.5), any(2, 3));
        constant("Tensors.fullLike", x -> Tensors.fullLike(x, 2.5), any(2, 3));
        constant("Tensors.zerosLike", Tensors::zerosLike, any(2, 3));
        constant("Tensors.onesLike", Tensors::onesLike, any(2, 3));
        constant("Tensors.randLike", x -> Tensors.randLike(x, new Generator(7)), any(2, 3));
        constant("Tensors.randnLike", x -> Tensors.randnLike(x, new Generator(7)), any(2, 3));
        constant("Tensors.bernoulli", x -> Tensors.bernoulli(new Generator(7), x), probability(2, 3));
    }

    private static void constant(String method, UnaryOperator<Tensor> body, Slot slot) {
        SAMPLES.add(of(method, body, slot).withoutDerivative());
    }

    private static void add(String method, UnaryOperator<Tensor> body, Slot slot) {
        SAMPLES.add(of("Tensor." + method, body, slot));
    }
}
