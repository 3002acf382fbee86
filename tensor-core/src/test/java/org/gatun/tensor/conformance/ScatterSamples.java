package org.gatun.tensor.conformance;

import static org.gatun.tensor.conformance.CompositeSample.any;
import static org.gatun.tensor.conformance.CompositeSample.distinct;
import static org.gatun.tensor.conformance.CompositeSample.index;
import static org.gatun.tensor.conformance.CompositeSample.of;
import static org.gatun.tensor.conformance.CompositeSample.truth;
import static org.gatun.tensor.conformance.CompositeSample.uniqueIndex;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import org.gatun.tensor.Index;
import org.gatun.tensor.ScatterReduction;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.conformance.CompositeSample.Slot;

/** Samples of the methods that replace and combine elements by position. */
final class ScatterSamples {
    private static final String MASK = "the number of chosen elements depends on the mask";
    private static final List<CompositeSample> SAMPLES = new ArrayList<>();

    static {
        reductions();
        slices();
        places();
        masks();
        patches();
    }

    private ScatterSamples() {}

    static List<CompositeSample> all() {
        return SAMPLES;
    }

    private static void add(String method, Function<List<Tensor>, Tensor> body, Slot... slots) {
        SAMPLES.add(of("Tensor." + method, body, slots));
    }

    private static void two(String method, BinaryOperator<Tensor> body, Slot a, Slot b) {
        SAMPLES.add(of("Tensor." + method, body, a, b));
    }

    private static void reductions() {
        for (ScatterReduction reduction : ScatterReduction.values()) {
            for (boolean self : new boolean[] {true, false}) {
                Function<List<Tensor>, Tensor> along0 =
                        in -> in.get(0).scatterReduce(0, in.get(1), in.get(2), reduction, self);
                Function<List<Tensor>, Tensor> along1 =
                        in -> in.get(0).scatterReduce(-1, in.get(1), in.get(2), reduction, self);
                add("scatterReduce", along0, distinct(3), index(3, 5), distinct(5));
                add("scatterReduce", along1, distinct(2, 3), index(3, 2, 4), distinct(2, 4));
                // An index that is smaller than both along the other axis, and a source that is longer.
                add("scatterReduce", along1, distinct(3, 3), index(3, 2, 2), distinct(2, 4));
                add("scatterReduce", along0, distinct(), index(1), distinct());
                add("scatterReduce", along0, distinct(2), index(2, 0), distinct(0));
                add(
                        "indexReduce",
                        in -> in.get(0).indexReduce(1, in.get(1), in.get(2), reduction, self),
                        distinct(2, 3),
                        index(3, 4),
                        distinct(2, 4));
                add(
                        "indexReduce",
                        in -> in.get(0).indexReduce(0, in.get(1), in.get(2), reduction, self),
                        distinct(),
                        index(1),
                        distinct());
            }
        }
        add(
                "scatterReduce",
                in -> in.get(0).scatterReduce(0, in.get(1), in.get(2), ScatterReduction.PROD),
                any(2, 2),
                index(2, 5, 2),
                any(5, 2));
    }

    private static void slices() {
        add("indexCopy", in -> in.get(0).indexCopy(1, in.get(1), in.get(2)), any(2, 4), uniqueIndex(4, 2), any(2, 2));
        add("indexCopy", in -> in.get(0).indexCopy(0, in.get(1), in.get(2)), any(3), uniqueIndex(3, 3), any(3));
        add("indexCopy", in -> in.get(0).indexCopy(0, in.get(1), in.get(2)), any(), index(1, 1), any());
        add("indexCopy", in -> in.get(0).indexCopy(0, in.get(1), in.get(2)), any(3, 2), index(3, 0), any(0, 2));
        two("indexFill", (x, i) -> x.indexFill(1, i, 2.5), any(2, 4), index(4, 3));
        two("indexFill", (x, i) -> x.indexFill(0, i, 2), any(3), index(3, 0));
        two("indexFill", (x, i) -> x.indexFill(0, i, 3), any(), index(1));
        add("indexFill", in -> in.get(0).indexFill(-1, in.get(1), in.get(2)), any(2, 3), index(3, 2), any());
        two("takeAlongAxis", (x, i) -> x.takeAlongAxis(i, 1), any(2, 3), index(3, 1, 4));
        two("takeAlongAxis", (x, i) -> x.takeAlongAxis(i, 0), any(3, 1), index(3, 2, 2));
        two("takeAlongAxis", (x, i) -> x.takeAlongAxis(i, 0), any(), index(1));
        two("takeAlongAxis", (x, i) -> x.takeAlongAxis(i), any(2, 3), index(6, 2, 2));
    }

    private static void places() {
        add("put", in -> in.get(0).put(in.get(1), in.get(2), false), any(2, 3), uniqueIndex(6, 4), any(2, 2));
        add("put", in -> in.get(0).put(in.get(1), in.get(2), true), any(2, 3), index(6, 2, 4), any(8));
        add("put", in -> in.get(0).put(in.get(1), in.get(2), true), any(), index(1), any());
        add("put", in -> in.get(0).put(in.get(1), in.get(2), false), any(2), index(2, 0), any(0));
        two("setAt", (x, v) -> x.setAt(v, Index.at(1)), any(2, 3), any(3));
        two("setAt", (x, v) -> x.setAt(v, Index.all(), Index.step(-2)), any(2, 4), any(2, 1));
        two("setAt", (x, v) -> x.setAt(v, Index.ellipsis(), Index.newAxis()), any(2), any());
        two("setAt", (x, v) -> x.setAt(v, Index.ellipsis()), any(), any());
        add(
                "setAt",
                in -> in.get(0).setAt(in.get(2), Index.of(0, 1, 1), Index.of(in.get(1))),
                any(2, 4),
                uniqueIndex(4, 3),
                any(3));
        add("addAt", in -> in.get(0).addAt(in.get(2), Index.of(in.get(1))), any(3, 2), index(3, 5), any(5, 2));
        two("addAt", (x, v) -> x.addAt(v, Index.range(0, 3, 2), Index.of(0, 0)), any(3, 2), any(2));
        SAMPLES.add(of(
                        "Tensor.addAt",
                        in -> in.get(0).addAt(in.get(2), Index.mask(in.get(1))),
                        any(2, 3),
                        truth(2, 3),
                        any())
                .withoutBatching(MASK));
        for (boolean accumulate : new boolean[] {true, false}) {
            add(
                    "indexPut",
                    in -> in.get(0).indexPut(List.of(in.get(1)), in.get(2), accumulate),
                    any(4, 2),
                    uniqueIndex(4, 3),
                    any(2));
        }
        add(
                "indexPut",
                in -> in.get(0).indexPut(List.of(in.get(1), in.get(2)), in.get(3), true),
                any(2, 3),
                index(2, 4),
                index(3, 2, 1),
                any(2, 4));
    }

    private static void masks() {
        add("maskedFill", in -> in.get(0).maskedFill(in.get(1), in.get(2)), any(2, 3), truth(3), any());
        two("maskedScatter", (x, m) -> x.maskedScatter(m, x.mul(x)), any(2, 3), truth(2, 3));
        add("maskedScatter", in -> in.get(0).maskedScatter(in.get(1), in.get(2)), any(2, 3), truth(3), any(2, 4));
        add("maskedScatter", in -> in.get(0).maskedScatter(in.get(1), in.get(2)), any(), truth(2), any(2));
        add("maskedScatter", in -> in.get(0).maskedScatter(in.get(1), in.get(2)), any(0), truth(0), any(0));
        SAMPLES.add(of("Tensor.argwhere", Tensor::argwhere, truth(2, 3))
                .withoutDerivative()
                .withoutBatching("the number of positions depends on the values"));
    }

    private static void patches() {
        two("selectScatter", (x, s) -> x.selectScatter(s, 1, -1), any(2, 3), any(2));
        two("selectScatter", (x, s) -> x.selectScatter(s, 0, 1), any(3), any());
        two("selectScatter", (x, s) -> x.selectScatter(s, 0, 1), any(2, 0), any(0));
        two("sliceScatter", (x, s) -> x.sliceScatter(s, 1, 1, 3, 1), any(2, 4), any(2, 2));
        two("sliceScatter", (x, s) -> x.sliceScatter(s, 0, 0, 100, 2), any(5), any(3));
        two("sliceScatter", (x, s) -> x.sliceScatter(s, 0, 2, 2, 1), any(3), any(0));
        two("diagonalScatter", (x, s) -> x.diagonalScatter(s, 0, 0, 1), any(2, 3), any(2));
        two("diagonalScatter", (x, s) -> x.diagonalScatter(s, -1, 2, 0), any(3, 2, 3), any(2, 2));
        two("diagonalScatter", (x, s) -> x.diagonalScatter(s, 3, 0, 1), any(2, 3), any(0));
    }
}
