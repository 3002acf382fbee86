package org.gatun.tensor.conformance;

import static org.gatun.tensor.conformance.CompositeSample.any;
import static org.gatun.tensor.conformance.CompositeSample.index;
import static org.gatun.tensor.conformance.CompositeSample.of;
import static org.gatun.tensor.conformance.CompositeSample.truth;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.Functional;
import org.gatun.tensor.GridIndexing;
import org.gatun.tensor.PadMode;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.conformance.CompositeSample.Slot;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/** Samples of arrangements of one tensor, of tensors joined and combined, and of products of fixed ranks. */
final class CombiningSamples {
    private static final List<CompositeSample> SAMPLES = new ArrayList<>();

    static {
        views();
        orders();
        parts();
        pads();
        diagonals();
        joins();
        grids();
        choices();
        products();
        likes();
    }

    private CombiningSamples() {}

    static List<CompositeSample> all() {
        return SAMPLES;
    }

    private static void add(String method, UnaryOperator<Tensor> body, Slot slot) {
        SAMPLES.add(of("Tensor." + method, body, slot));
    }

    private static void several(String method, Function<List<Tensor>, List<Tensor>> body, Slot... slots) {
        SAMPLES.add(CompositeSample.several(method, body, slots));
    }

    private static void joined(String method, Function<List<Tensor>, Tensor> body, Slot... slots) {
        SAMPLES.add(of(method, body, slots));
    }

    private static void views() {
        add("view", x -> x.contiguous().view(3, -1), any(2, 3));
        add("view", x -> x.view(2, 1, 3), any(2, 3));
        add("view", x -> x.view(1, 1), any());
        SAMPLES.add(of("Tensor.viewAs", (x, y) -> x.contiguous().viewAs(y), any(2, 3), any(3, 2)));
        SAMPLES.add(of("Tensor.reshapeAs", Tensor::reshapeAs, any(2, 3), any(6)));
        SAMPLES.add(of("Tensor.reshapeAs", Tensor::reshapeAs, any(1), any()));
        SAMPLES.add(of("Tensor.expandAs", Tensor::expandAs, any(2, 1), any(3, 2, 3)));
        SAMPLES.add(of("Tensor.expandAs", Tensor::expandAs, any(), any(0)));
        add("ravel", Tensor::ravel, any(2, 3));
        add("ravel", Tensor::ravel, any());
        add("flatten", x -> x.flatten(1), any(2, 3, 2));
        add("flatten", x -> x.flatten(0), any());
        add("unflatten", x -> x.unflatten(1, 2, -1), any(2, 6));
        add("unflatten", x -> x.unflatten(-1, 1, 3, 1), any(3));
        add("unflatten", x -> x.unflatten(0, 0, 4), any(0));
        add("expandDims", x -> x.expandDims(0, -1), any(2, 3));
        add("expandDims", x -> x.expandDims(1, 0), any());
        add("expandDims", Tensor::expandDims, any(2));
    }

    private static void orders() {
        add("swapAxes", x -> x.swapAxes(0, -1), any(2, 3, 2));
        add("moveAxis", x -> x.moveAxis(new int[] {0, 2}, new int[] {-1, 0}), any(2, 3, 1));
        add("moveAxis", x -> x.moveAxis(new int[] {}, new int[] {}), any(2, 3));
        add("mT", Tensor::mT, any(2, 3, 2));
        add("mT", Tensor::mT, any(2, 0));
        add("adjoint", Tensor::adjoint, any(2, 3));
        add("roll", x -> x.roll(new long[] {1, -2}, 0, 1), any(3, 4));
        add("roll", x -> x.roll(new long[] {1, 1}, 0, 0), any(3));
        add("roll", x -> x.roll(4), any(2, 3));
        add("roll", x -> x.roll(1), any());
        add("roll", x -> x.roll(-1), any(0, 2));
        for (long k = -1; k < 4; k++) {
            long times = k;
            add("rot90", x -> x.rot90(times, 0, 1), any(2, 3));
        }
        add("rot90", x -> x.rot90(1, 2, 0), any(2, 1, 3));
        add("rot90", Tensor::rot90, any(3, 2));
        add("fliplr", Tensor::fliplr, any(2, 3));
        add("flipud", Tensor::flipud, any(3));
        add("flipud", Tensor::flipud, any(2, 2));
    }

    private static void parts() {
        add("narrowCopy", x -> x.narrowCopy(1, -2, 2), any(2, 3));
        split("tensorSplit", x -> x.tensorSplit(3, 0), any(7));
        split("tensorSplit", x -> x.tensorSplit(3, 1), any(2, 2));
        split("tensorSplit", x -> x.tensorSplit(new long[] {1, -1}, 0), any(4));
        split("tensorSplit", x -> x.tensorSplit(new long[] {3, 1, 9}, 1), any(2, 4));
        split("hsplit", x -> x.hsplit(2), any(4));
        split("hsplit", x -> x.hsplit(3), any(2, 3));
        split("hsplit", x -> x.hsplit(new long[] {1}), any(2, 3));
        split("vsplit", x -> x.vsplit(2), any(4, 2));
        split("vsplit", x -> x.vsplit(new long[] {1, 1}), any(3, 2));
        split("dsplit", x -> x.dsplit(2), any(1, 2, 4));
        split("dsplit", x -> x.dsplit(new long[] {3}), any(2, 1, 4));
        add("repeatInterleave", x -> x.repeatInterleave(3), any(2, 2));
        add("repeatInterleave", x -> x.repeatInterleave(2), any());
        add("repeatInterleave", x -> x.repeatInterleave(Tensors.of(1L, 0L, 2L), 1), any(2, 3));
        add("repeatInterleave", x -> x.repeatInterleave(Tensors.of(2L), 0), any(3));
        add("repeatInterleave", x -> x.repeatInterleave(Tensors.of(new long[] {}), 0), any(0, 2));
        SAMPLES.add(of("Tensor.repeatInterleave", (x, times) -> x.repeatInterleave(times, 0), any(3), index(3, 3))
                .withoutBatching("the number of elements depends on the counts"));
    }

    private static void split(String method, Function<Tensor, List<Tensor>> body, Slot slot) {
        several("Tensor." + method, in -> body.apply(in.get(0)), slot);
    }

    private static void pads() {
        for (PadMode mode : PadMode.values()) {
            add("pad", x -> x.pad(new long[] {2}, new long[] {1}, mode), any(3));
            add("pad", x -> x.pad(new long[] {1, 0}, new long[] {1, 2}, mode), any(2, 3));
            add("pad", x -> x.pad(new long[] {-1, 1}, new long[] {2, -1}, mode), any(4, 3));
            add("pad", x -> x.pad(new long[] {0, 0}, new long[] {0, 1}, mode), any(0, 2));
            add("pad", x -> x.pad(new long[] {}, new long[] {}, mode), any());
            functional(x -> Functional.pad(x, new long[] {1, 0, 0, 1}, mode), any(2, 2, 3));
        }
        functional(x -> Functional.pad(x, 1, 2), any(2, 3));
        functional(x -> Functional.pad(x, 0, 1, -1, 2), any(2, 3));
        functional(x -> Functional.pad(x, new long[] {1, 1}, -2.5), any(3));
        functional(Functional::pad, any());
    }

    private static void functional(UnaryOperator<Tensor> body, Slot slot) {
        SAMPLES.add(of("Functional.pad", body, slot));
    }

    private static void diagonals() {
        for (long offset = -2; offset <= 2; offset++) {
            long by = offset;
            add("diag", x -> x.diag(by), any(2));
            add("diag", x -> x.diag(by), any(3, 2));
            add("diagflat", x -> x.diagflat(by), any(1, 2));
            add("diagEmbed", x -> x.diagEmbed(by, 0, 2), any(2, 3));
        }
        add("diag", Tensor::diag, any(0));
        add("diag", x -> x.diag(1), any(0));
        add("diagflat", Tensor::diagflat, any());
        add("diagEmbed", x -> x.diagEmbed(0, -1, -3), any(2, 2));
    }

    private static void joins() {
        joined("Tensors.concat", in -> Tensors.concat(-1, in.toArray(Tensor[]::new)), any(2, 1), any(2, 2));
        joined("Tensors.rowStack", in -> Tensors.rowStack(in.toArray(Tensor[]::new)), any(3), any(2, 3));
        joined("Tensors.columnStack", in -> Tensors.columnStack(in.toArray(Tensor[]::new)), any(2), any(2, 2), any(2));
        joined("Tensors.columnStack", in -> Tensors.columnStack(in.toArray(Tensor[]::new)), any(), any());
        joined("Tensors.dstack", in -> Tensors.dstack(in.toArray(Tensor[]::new)), any(2, 3), any(2, 3, 2));
        joined("Tensors.dstack", in -> Tensors.dstack(in.toArray(Tensor[]::new)), any(3), any(3));
        for (Slot slot : new Slot[] {any(), any(2), any(2, 3), any(2, 0, 3)}) {
            SAMPLES.add(of("Tensors.atLeast1d", Tensors::atLeast1d, slot));
            SAMPLES.add(of("Tensors.atLeast2d", Tensors::atLeast2d, slot));
            SAMPLES.add(of("Tensors.atLeast3d", Tensors::atLeast3d, slot));
        }
        joined(
                "Tensors.blockDiag",
                in -> Tensors.blockDiag(in.toArray(Tensor[]::new)),
                any(2, 1),
                any(3),
                any(),
                any(0, 2));
        several(
                "Tensors.broadcastTensors",
                in -> Tensors.broadcastTensors(in.toArray(Tensor[]::new)),
                any(2, 1),
                any(3),
                any());
    }

    private static void grids() {
        for (GridIndexing indexing : GridIndexing.values()) {
            several("Tensors.meshgrid", in -> Tensors.meshgrid(indexing, in.get(0), in.get(1)), any(2), any(3));
            several("Tensors.meshgrid", in -> Tensors.meshgrid(indexing, in.get(0)), any(2));
        }
        several(
                "Tensors.meshgrid",
                in -> Tensors.meshgrid(GridIndexing.XY, in.toArray(Tensor[]::new)),
                any(2),
                any(1),
                any(3));
        joined("Tensors.cartesianProd", in -> Tensors.cartesianProd(in.toArray(Tensor[]::new)), any(2), any(3));
        joined("Tensors.cartesianProd", in -> Tensors.cartesianProd(in.toArray(Tensor[]::new)), any(3));
        joined("Tensors.cartesianProd", in -> Tensors.cartesianProd(in.toArray(Tensor[]::new)), any(2), any(0));
        joined("Tensors.combinations", in -> Tensors.combinations(in.get(0)), any(4));
        joined("Tensors.combinations", in -> Tensors.combinations(in.get(0), 3, true), any(3));
        joined("Tensors.combinations", in -> Tensors.combinations(in.get(0), 3, false), any(2));
        joined("Tensors.combinations", in -> Tensors.combinations(in.get(0), 0, true), any(2));
        SAMPLES.add(CompositeSample.several(
                        "Tensors.unravelIndex",
                        in -> Tensors.unravelIndex(in.get(0), Shape.of(2, 3, 2)),
                        index(12, 2, 3))
                .withoutDerivative());
        SAMPLES.add(of(
                        "Tensors.ravelMultiIndex",
                        in -> Tensors.ravelMultiIndex(in, Shape.of(2, 3)),
                        index(2, 4),
                        index(3, 2, 1))
                .withoutDerivative());
    }

    private static void choices() {
        SAMPLES.add(of("Tensors.where", (c, x) -> Tensors.where(c, x, 2.5), truth(2, 3), any(3)));
        SAMPLES.add(of("Tensors.where", (c, x) -> Tensors.where(c, -1.5, x), truth(2, 1), any(3)));
        SAMPLES.add(CompositeSample.several("Tensors.where", in -> Tensors.where(in.get(0)), truth(2, 3))
                .withoutDerivative()
                .withoutBatching("the number of positions depends on the values"));
    }

    private static void products() {
        SAMPLES.add(of("Tensor.mm", Tensor::mm, any(2, 3), any(3, 2)));
        SAMPLES.add(of("Tensor.mm", Tensor::mm, any(2, 0), any(0, 2)));
        SAMPLES.add(of("Tensor.bmm", Tensor::bmm, any(2, 2, 3), any(2, 3, 1)));
        SAMPLES.add(of("Tensor.mv", Tensor::mv, any(2, 3), any(3)));
        SAMPLES.add(of("Tensor.vdot", Tensor::vdot, any(3), any(3)));
        joined("Tensor.addmm", in -> in.get(0).addmm(in.get(1), in.get(2), 2, -1), any(2, 2), any(2, 3), any(3, 2));
        joined("Tensor.addmm", in -> in.get(0).addmm(in.get(1), in.get(2), 0, 1), any(2), any(2, 3), any(3, 2));
        joined("Tensor.addmm", in -> in.get(0).addmm(in.get(1), in.get(2)), any(), any(2, 3), any(3, 2));
        joined("Tensor.addmv", in -> in.get(0).addmv(in.get(1), in.get(2), 1, 3), any(2), any(2, 3), any(3));
        joined("Tensor.addmv", in -> in.get(0).addmv(in.get(1), in.get(2)), any(), any(2, 3), any(3));
        joined("Tensor.addr", in -> in.get(0).addr(in.get(1), in.get(2), 3, 2), any(2, 3), any(2), any(3));
        joined("Tensor.addr", in -> in.get(0).addr(in.get(1), in.get(2)), any(3), any(2), any(3));
        joined(
                "Tensor.baddbmm",
                in -> in.get(0).baddbmm(in.get(1), in.get(2), -1, 2),
                any(2, 1),
                any(2, 2, 3),
                any(2, 3, 2));
        joined(
                "Tensor.baddbmm",
                in -> in.get(0).baddbmm(in.get(1), in.get(2)),
                any(2, 2, 1),
                any(2, 2, 3),
                any(2, 3, 1));
        joined(
                "Tensor.addbmm",
                in -> in.get(0).addbmm(in.get(1), in.get(2), 2, 3),
                any(2, 2),
                any(2, 2, 3),
                any(2, 3, 2));
        joined("Tensor.addbmm", in -> in.get(0).addbmm(in.get(1), in.get(2)), any(2), any(0, 2, 3), any(0, 3, 2));
    }

    private static void likes() {
        constant("zerosLike", x -> Tensors.zerosLike(x, DType.F64));
        constant("onesLike", x -> Tensors.onesLike(x, DType.F64));
        constant("fullLike", x -> Tensors.fullLike(x, DType.F64, 2.5));
        constant("randintLike", x -> Tensors.randintLike(x, 0, 2, new Generator(7)));
    }

    private static void constant(String method, UnaryOperator<Tensor> body) {
        SAMPLES.add(of("Tensors." + method, body, any(2, 3)).withoutDerivative());
    }
}
