package org.gatun.tensor.conformance;

import static org.gatun.tensor.conformance.CompositeSample.any;
import static org.gatun.tensor.conformance.CompositeSample.distinct;
import static org.gatun.tensor.conformance.CompositeSample.of;

import java.util.ArrayList;
import java.util.List;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;

/** Samples of sums of products in Einstein's notation, and of distances. */
final class ContractionSamples {
    private static final List<CompositeSample> SAMPLES = new ArrayList<>();

    static {
        contractions();
        distances();
    }

    private ContractionSamples() {}

    static List<CompositeSample> all() {
        return SAMPLES;
    }

    private static void einsum(String equation, long[]... shapes) {
        CompositeSample.Slot[] slots = new CompositeSample.Slot[shapes.length];
        for (int k = 0; k < shapes.length; k++) {
            slots[k] = any(shapes[k]);
        }
        SAMPLES.add(of("Tensors.einsum", in -> Tensors.einsum(equation, in), slots));
    }

    private static long[] s(long... sizes) {
        return sizes;
    }

    private static void contractions() {
        einsum("ij->ji", s(2, 3));
        einsum("ii", s(3, 3));
        einsum("iji->ij", s(2, 3, 2));
        einsum("ij->", s(2, 3));
        einsum("", s());
        einsum("ij,jk", s(2, 3), s(3, 2));
        einsum("bij,bkj->kbi", s(2, 2, 3), s(2, 2, 3));
        einsum("bi,bi->b", s(2, 3), s(2, 3));
        einsum("i,i", s(3), s(3));
        einsum("i,j->ji", s(2), s(3));
        einsum("ij,k->ik", s(2, 3), s(2));
        einsum("ij,jk->ik", s(2, 0), s(0, 3));
        einsum("ij,ij->ij", s(2, 1), s(1, 3));
        einsum("...ij,...jk->...ik", s(2, 1, 2, 3), s(2, 3, 2));
        einsum("i...,i->...", s(2, 3), s(2));
        einsum("ab,bc,cd->ad", s(2, 3), s(3, 1), s(1, 2));
        einsum("ij,i,jk,k->", s(2, 3), s(2), s(3, 2), s(2));
        SAMPLES.add(of("Tensors.einsum", (a, b) -> Tensors.einsum("ij, kj -> ik", a, b), any(2, 3), any(2, 3)));
        SAMPLES.add(of("Tensors.tensordot", (a, b) -> Tensors.tensordot(a, b, 2), any(2, 3, 2), any(3, 2, 2)));
        SAMPLES.add(of("Tensors.tensordot", (a, b) -> Tensors.tensordot(a, b, 0), any(2), any(3)));
        SAMPLES.add(of("Tensors.tensordot", (a, b) -> Tensors.tensordot(a, b, 1), any(2, 0), any(0, 2)));
        SAMPLES.add(of(
                "Tensors.tensordot",
                (a, b) -> Tensors.tensordot(a, b, new int[] {0, -1}, new int[] {1, 0}),
                any(2, 2, 3),
                any(3, 2)));
        SAMPLES.add(of("Tensors.kron", Tensors::kron, any(2, 3), any(2, 2)));
        SAMPLES.add(of("Tensors.kron", Tensors::kron, any(3), any(2, 1, 2)));
        SAMPLES.add(of("Tensors.kron", Tensors::kron, any(), any(2)));
        SAMPLES.add(of("Tensors.kron", Tensors::kron, any(0, 2), any(2)));
        SAMPLES.add(of(
                "Functional.bilinear",
                in -> Functional.bilinear(in.get(0), in.get(1), in.get(2), in.get(3)),
                any(2, 2),
                any(2, 3),
                any(2, 2, 3),
                any(2)));
        SAMPLES.add(of(
                "Functional.bilinear",
                in -> Functional.bilinear(in.get(0), in.get(1), in.get(2), null),
                any(2),
                any(3),
                any(1, 2, 3)));
    }

    private static void distances() {
        for (double p : new double[] {0, 1, 1.5, 2, 3, Double.POSITIVE_INFINITY}) {
            SAMPLES.add(of("Functional.cdist", x -> cdistOfParts(x, p), distinct(10)));
            SAMPLES.add(of("Functional.pdist", x -> Functional.pdist(x, p), distinct(3, 2)));
        }
        SAMPLES.add(of("Functional.cdist", (a, b) -> Functional.cdist(a, b), any(2, 1, 2, 2), any(3, 2)));
        SAMPLES.add(of("Functional.cdist", (a, b) -> Functional.cdist(a, b), any(26, 2), any(1, 2)));
        SAMPLES.add(of("Functional.cdist", (a, b) -> Functional.cdist(a, b), any(2, 0), any(3, 0)));
        SAMPLES.add(of("Functional.cdist", (a, b) -> Functional.cdist(a, b, 1), any(0, 2), any(3, 2)));
        SAMPLES.add(of("Functional.pdist", x -> Functional.pdist(x), any(1, 3)));
        SAMPLES.add(of("Functional.pairwiseDistance", (a, b) -> Functional.pairwiseDistance(a, b), any(2, 3), any(3)));
        SAMPLES.add(of(
                "Functional.pairwiseDistance",
                (a, b) -> Functional.pairwiseDistance(a, b, 3, 1e-3, true),
                any(3),
                any(3)));
        SAMPLES.add(
                of("Functional.cosineSimilarity", (a, b) -> Functional.cosineSimilarity(a, b), any(2, 3), any(2, 3)));
        SAMPLES.add(of(
                "Functional.cosineSimilarity",
                (a, b) -> Functional.cosineSimilarity(a, b, 0, 1e-6),
                any(3, 1),
                any(3, 2)));
    }

    /** Numbers that are all different, so that no distance has a kink. */
    private static Tensor cdistOfParts(Tensor x, double p) {
        return Functional.cdist(
                x.slice(0, 0, 4).reshape(2, 2), x.slice(0, 4, 10).reshape(3, 2), p);
    }
}
