package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.junit.jupiter.api.Test;

/** Which structures of tensors can be differentiated by, and what is said of the others. */
class StructureTest {
    record Affine(Tensor w, Optional<Tensor> b) {
        Tensor at(double x) {
            Tensor y = w.mul(x);
            return b.map(y::add).orElse(y);
        }
    }

    record Stack(ArrayList<Tensor> weights) {}

    record Outer(Stack stack) {}

    record Broad(Collection<Tensor> weights, SequencedMap<String, Tensor> named) {}

    record Labels(Set<String> names, Deque<Integer> sizes, Tensor w) {}

    record Choosy(Tensor w) {
        Choosy {
            if (w.rank() > 0) {
                throw new IllegalArgumentException("a scalar is wanted");
            }
        }
    }

    private static Tensor at(double x) {
        return Tensors.scalar(x);
    }

    private static void close(Tensor actual, double expected) {
        assertThat(actual.item()).isCloseTo(expected, within(1e-12));
    }

    @Test
    void anOptionalHoldsAGradientWhereItHeldATensor() {
        Affine g = Grad.grad((Affine p) -> p.at(3).square()).apply(new Affine(at(2), Optional.of(at(1))));
        // d (3w + b)^2 = 2 (3w + b) (3, 1)
        close(g.w(), 42);
        close(g.b().orElseThrow(), 14);
        Affine without = Grad.grad((Affine p) -> p.at(3).square()).apply(new Affine(at(2), Optional.empty()));
        close(without.w(), 36);
        assertThat(without.b()).isEmpty();
    }

    @Test
    void componentsOfGeneralCollectionTypesGetListsAndMaps() {
        Broad p = new Broad(List.of(at(2)), new java.util.LinkedHashMap<>(Map.of("a", at(5))));
        Broad g = Grad.grad((Broad q) -> q.weights()
                        .iterator()
                        .next()
                        .square()
                        .add(q.named().get("a").mul(3)))
                .apply(p);
        close(g.weights().iterator().next(), 4);
        close(g.named().get("a"), 3);
    }

    @Test
    void collectionsWithoutTensorsStayAsTheyAre() {
        Labels p = new Labels(Set.of("a"), new ArrayDeque<>(List.of(1, 2)), at(3));
        Labels g = Grad.grad((Labels q) -> q.w().square()).apply(p);
        close(g.w(), 6);
        assertThat(g.names()).isSameAs(p.names());
        assertThat(g.sizes()).isSameAs(p.sizes());
    }

    @Test
    void otherCollectionsOfTensorsAreRefused() {
        for (Object tensors : List.of(
                Set.of(at(1)),
                new ArrayDeque<>(List.of(at(1))),
                Set.of(List.of(at(1))),
                Map.of(at(1), "key"),
                new ArrayDeque<>(List.of(new Stack(new ArrayList<>(List.of(at(1)))))))) {
            assertThatThrownBy(() -> Grad.grad((Object p) -> at(1)).apply(tensors))
                    .as("%s", tensors.getClass())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("structure:")
                    .hasMessageContaining(tensors.getClass().getName());
        }
    }

    @Test
    void aComponentOfANarrowTypeIsNamed() {
        Stack p = new Stack(new ArrayList<>(List.of(at(1))));
        for (Object structure : List.of(p, new Outer(p))) {
            assertThatThrownBy(() -> Grad.grad((Object q) -> at(1)).apply(structure))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("component weights of the record " + Stack.class.getName())
                    .hasMessageContaining("java.util.ArrayList")
                    .hasMessageContaining("List or Map");
        }
    }

    @Test
    void aConstructorThatFailsIsNamed() {
        assertThatThrownBy(() -> Structure.map(new Choosy(at(1)), t -> t.unsqueeze(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("can't be rebuilt")
                .hasRootCauseMessage("a scalar is wanted");
    }

    @Test
    void aFunctionThatFailsFailsAsItDoesOutsideARecord() {
        assertThatThrownBy(() -> Structure.map(new Choosy(at(1)), t -> {
                    throw new IllegalStateException("not today");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("not today");
    }
}
