package org.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Serial;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.gatun.autograd.Parameter;
import org.gatun.autograd.Tape;
import org.gatun.tensor.DType;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How modules that users write are searched for parameters and buffers, and how these are named, saved and loaded. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
// Fields are read by the search itself; arrays and hidden fields are among what it must find its way through.
@SuppressWarnings({"UnusedVariable", "HidingField", "ArrayRecordComponent", "EffectivelyPrivate"})
class ModuleTest {
    private final Generator g = new Generator(1);
    private final List<Module> made = new ArrayList<>();

    private <M extends Module> M freed(M module) {
        made.add(module);
        return module;
    }

    @AfterEach
    void free() {
        made.forEach(Module::free);
    }

    /** A network as a class, with everything in its fields that a module may hold. */
    private static class LeNet implements Module {
        private final Conv2d conv1;
        final @Nullable Linear none = null;
        protected final Linear head;
        final ConvSpec setting = ConvSpec.DEFAULT;
        int count = 3;

        LeNet(Generator g) {
            conv1 = new Conv2d(1, 2, 3, ConvSpec.DEFAULT, g);
            head = new Linear(8, 3, g);
        }

        @Override
        public Tensor forward(Tensor x) {
            return head.forward(conv1.forward(x).relu().flatten(1, -1));
        }
    }

    @Test
    void fieldsOfAClassAreNamedByTheirPath() {
        LeNet model = freed(new LeNet(g));
        assertThat(model.namedParameters().keySet())
                .containsExactly("conv1.weight", "conv1.bias", "head.weight", "head.bias");
        assertThat(model.namedParameters().get("conv1.weight")).isSameAs(model.conv1.weight());
        assertThat(model.parameters())
                .containsExactly(model.conv1.weight(), model.conv1.bias(), model.head.weight(), model.head.bias());
        assertThat(model.parameterCount()).isEqualTo(2 * 9 + 2 + 24 + 3);
        assertThat(model.conv1.weight().name()).as("told to the parameter").isEqualTo("conv1.weight");
    }

    private static final class Deep extends LeNet {
        private final Linear extra;
        private final ConvSpec setting = ConvSpec.DEFAULT.stride(2); // shares its name with one of the superclass

        Deep(Generator g) {
            super(g);
            extra = new Linear(2, 2, false, DType.F64, g);
        }
    }

    @Test
    void inheritedFieldsComeFirst() {
        assertThat(freed(new Deep(g)).namedParameters().keySet())
                .containsExactly("conv1.weight", "conv1.bias", "head.weight", "head.bias", "extra.weight");
    }

    private static class Base implements Module {
        private final Linear layer;

        Base(Generator g) {
            layer = new Linear(1, 1, g);
        }

        @Override
        public Tensor forward(Tensor x) {
            return layer.forward(x);
        }
    }

    private static final class Hiding extends Base {
        private final Linear layer;

        Hiding(Generator g) {
            super(g);
            layer = new Linear(1, 1, g);
        }
    }

    @Test
    void aLayerThatHidesOneOfTheSuperclassIsRefused() {
        Hiding model = new Hiding(g);
        made.add(model.layer);
        made.add(((Base) model).layer);
        assertThatThrownBy(model::parameters)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Hiding")
                .hasMessageContaining("'layer'")
                .hasMessageContaining("rename");
    }

    private record Scaled(
            Parameter scale, Linear inner, @Nullable Parameter shift, double factor) implements Module {
        @Override
        public Tensor forward(Tensor x) {
            return inner.forward(x).mul(scale).mul(factor);
        }
    }

    @Test
    void componentsOfARecordAreNamedLikeFields() {
        Scaled model = freed(new Scaled(Parameter.of(Tensors.of(2f)), new Linear(3, 1, g), null, 0.5));
        assertThat(model.namedParameters().keySet()).containsExactly("scale", "inner.weight", "inner.bias");
        Tensor x = Tensors.of(new float[][] {{1, 2, 3}});
        try (Tape tape = Tape.open()) {
            tape.backward(model.forward(x).sum());
        }
        // y = factor scale (w x + b): dy/db = factor scale = 1, dy/dw = x, dy/dscale = factor (w x + b).
        assertThat(model.inner.bias().grad().toDoubleArray()).containsExactly(1);
        assertThat(model.inner.weight().grad().toDoubleArray()).containsExactly(1, 2, 3);
        assertThat(model.scale.grad().item())
                .isEqualTo(0.5 * model.inner.forward(x).item());
    }

    private record Nested(List<Object> blocks, Map<String, Object> heads, Module[] array, Module[][] grid)
            implements Module {
        @Override
        public Tensor forward(Tensor x) {
            return x;
        }
    }

    @Test
    void listsMapsAndArraysAreSearchedToAnyDepth() {
        var heads = new LinkedHashMap<String, Object>();
        heads.put("digits", new Linear(1, 1, false, DType.F32, g));
        heads.put("nothing", null);
        heads.put("more", List.of(Parameter.of(Tensors.of(1f))));
        Module[][] grid = {{Activation.RELU}, {Activation.RELU, new Linear(1, 1, false, DType.F32, g)}};
        Nested model = freed(new Nested(
                Arrays.asList(
                        new Sequential(Activation.TANH, new Linear(1, 1, g)),
                        null,
                        List.of(new Linear(1, 1, false, DType.F32, g)),
                        "a word",
                        7),
                heads,
                new Module[] {null, new Linear(1, 1, false, DType.F32, g)},
                grid));
        assertThat(model.namedParameters().keySet())
                .containsExactly(
                        "blocks.0.1.weight",
                        "blocks.0.1.bias",
                        "blocks.2.0.weight",
                        "heads.digits.weight",
                        "heads.more.0",
                        "array.1.weight",
                        "grid.1.1.weight");
    }

    private static final class Tied implements Module {
        private final Linear encoder;
        private final Linear decoder;
        private final Parameter weight;

        Tied(Generator g) {
            encoder = new Linear(2, 2, g);
            decoder = encoder;
            weight = encoder.weight();
        }

        @Override
        public Tensor forward(Tensor x) {
            return decoder.forward(encoder.forward(x));
        }
    }

    @Test
    void whatIsSharedStandsOnceUnderItsFirstPathAndGathersBothGradients() {
        Tied model = freed(new Tied(g));
        assertThat(model.namedParameters().keySet()).containsExactly("encoder.weight", "encoder.bias");
        model.encoder.weight().assign(Tensors.of(new float[][] {{1, 0}, {0, 1}}));
        model.encoder.bias().assign(Tensors.of(0f, 0f));
        try (Tape tape = Tape.open()) {
            tape.backward(model.forward(Tensors.of(new float[][] {{3, 5}})).sum());
        }
        // y = W (W x + b) + b at W = 1, b = 0: dy/db = 1 from outside and 1 through W from inside.
        assertThat(model.encoder.bias().grad().toDoubleArray()).containsExactly(2, 2);
    }

    /** A child that knows the module it belongs to. */
    private static final class Child implements Module {
        private @Nullable Module parent;

        @Override
        public Tensor forward(Tensor x) {
            return x;
        }
    }

    private static final class Parent implements Module {
        private final Child child = new Child();
        private final Linear own;

        Parent(Generator g) {
            own = new Linear(1, 1, g);
            child.parent = this;
        }

        @Override
        public Tensor forward(Tensor x) {
            return own.forward(child.forward(x));
        }
    }

    @Test
    void aReferenceBackToTheWholeIsNoPart() {
        assertThat(freed(new Parent(g)).namedParameters().keySet()).containsExactly("own.weight", "own.bias");
    }

    /** A member that is a function of the whole, and a child that comes before the whole's own parameters. */
    private static final class Tangled implements Module {
        private final Child child = new Child();
        private final Module head = x -> x.mul(this.scale());
        private final Parameter w = Parameter.of(Tensors.of(2f));

        Tangled() {
            child.parent = this;
        }

        private Tensor scale() {
            return w;
        }

        @Override
        public Tensor forward(Tensor x) {
            return head.forward(child.forward(x));
        }
    }

    @Test
    void aFunctionThatCapturesTheWholeIsNoPart() {
        Tangled model = freed(new Tangled());
        assertThat(model.namedParameters().keySet()).containsExactly("w");
        assertThat(model.forward(Tensors.of(3f)).item()).isEqualTo(6);
    }

    private final class Inner implements Module {
        private final Linear layer = new Linear(1, 1, g);

        @Override
        public Tensor forward(Tensor x) {
            made.add(this); // uses the test around it, to which it has a reference
            return layer.forward(x);
        }
    }

    @Test
    void theObjectAroundAnInnerClassIsNoPart() {
        assertThat(freed(new Inner()).namedParameters().keySet()).containsExactly("layer.weight", "layer.bias");
    }

    @Test
    void aFunctionThatCapturesALayerHoldsItsParameters() {
        Linear layer = new Linear(1, 1, g);
        Module twice = freed(x -> layer.forward(layer.forward(x)));
        assertThat(twice.parameters()).containsExactly(layer.weight(), layer.bias());
        Module none = x -> x.relu();
        assertThat(none.parameters()).isEmpty();
    }

    @Test
    void twoParametersWithOnePathAreRefused() {
        Linear a = freed(new Linear(1, 1, g));
        Linear b = freed(new Linear(1, 1, g));
        var members = new LinkedHashMap<String, Object>();
        members.put("a", Map.of("b.weight", a.weight()));
        members.put("a.b", b);
        Module model = new Module() {
            @Override
            public Tensor forward(Tensor x) {
                return x;
            }

            @Override
            public Map<String, Object> members() {
                return members;
            }
        };
        assertThatThrownBy(model::parameters)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'a.b.weight'")
                .hasMessageContaining("names that can be told apart");
    }

    /** Holds its layer in a field of a class that java.base does not open. */
    private static final class Swappable extends AtomicReference<Module> implements Module {
        @Serial
        private static final long serialVersionUID = 1;

        @Override
        public Tensor forward(Tensor x) {
            return get().forward(x);
        }
    }

    @Test
    void fieldsThatCanNotBeReadSayWhatToOpen() {
        assertThatThrownBy(() -> new Swappable().parameters())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("java.util.concurrent.atomic.AtomicReference.value")
                .hasMessageContaining("open the package java.util.concurrent.atomic to org.gatun.nn")
                .hasMessageContaining("members()");
    }

    private static final class Stack extends ArrayList<Module> implements Module {
        @Serial
        private static final long serialVersionUID = 1;

        @Override
        public Tensor forward(Tensor x) {
            return x;
        }
    }

    @Test
    void aModuleThatIsACollectionDoesNotSilentlyLoseItsElements() {
        assertThatThrownBy(() -> new Sequential(Activation.RELU, new Stack()).parameters())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Stack")
                .hasMessageContaining("in a field")
                .hasMessageContaining("members()");
    }

    @Test
    void aParameterKeepsTheNameThatItWasGiven() {
        Parameter p = Parameter.of("temperature", Tensors.of(1f));
        Module model = freed(new Scaled(p, new Linear(1, 1, g), null, 1));
        assertThat(model.namedParameters()).containsKey("scale");
        assertThat(p.name()).isEqualTo("temperature");
    }

    @Test
    void frozenParametersAreFoundSavedAndNotRecorded() {
        LeNet model = freed(new LeNet(g));
        model.conv1.requiresGrad(false);
        assertThat(model.namedParameters()).hasSize(4);
        assertThat(model.stateDict()).hasSize(4);
        try (Tape tape = Tape.open()) {
            tape.backward(model.forward(Tensors.ones(1, 1, 4, 4)).sum());
        }
        assertThat(model.conv1.weight().grad()).isNull();
        assertThat(model.conv1.bias().grad()).isNull();
        assertThat(model.head.bias().grad().toDoubleArray()).containsExactly(1, 1, 1);
        model.requiresGrad(true);
        assertThat(model.parameters()).allMatch(Parameter::requiresGrad);
    }

    /** Centres by a running mean, which is kept and saved but not trained; the last batch is neither. */
    private static final class Centred implements Module {
        private final Parameter scale = Parameter.of(Tensors.of(2f, 2f));
        private final Tensor mean = Tensors.of(0.5f, 0.25f);
        private final Tensor batches = Tensors.scalar(3L);
        private transient @Nullable Tensor last;

        Centred() {
            mean.unscope();
            batches.unscope();
        }

        @Override
        public Tensor forward(Tensor x) {
            last = x;
            return x.sub(mean).mul(scale);
        }
    }

    @Test
    void plainTensorsAreBuffersSavedAndLoadedButNotTrained() {
        Centred model = freed(new Centred());
        Module whole = new Sequential(Activation.RELU, model);
        model.forward(Tensors.of(1f, 1f));
        assertThat(whole.namedParameters().keySet()).containsExactly("1.scale");
        assertThat(whole.namedBuffers().keySet()).containsExactly("1.mean", "1.batches");
        assertThat(whole.namedBuffers().get("1.mean")).isSameAs(model.mean);
        assertThat(whole.parameterCount()).isEqualTo(2);
        assertThat(whole.stateDict().keySet()).containsExactly("1.scale", "1.mean", "1.batches");

        whole.loadStateDict(
                Map.of("1.scale", Tensors.of(1f, 3f), "1.mean", Tensors.of(7f, 8f), "1.batches", Tensors.scalar(4L)));
        assertThat(model.mean.toDoubleArray()).containsExactly(7, 8);
        assertThat(model.batches.itemLong()).isEqualTo(4);
        assertThat(model.forward(Tensors.of(8f, 8f)).toDoubleArray()).containsExactly(1, 0);

        var wrong = new LinkedHashMap<>(whole.stateDict());
        wrong.put("1.batches", Tensors.scalar(1f));
        assertThatThrownBy(() -> whole.loadStateDict(wrong))
                .hasMessageContaining("'1.batches'")
                .hasMessageContaining("F32[]")
                .hasMessageContaining("I64[]");
        assertThat(model.last).isNotNull();
        whole.free();
        assertThat(model.mean.isClosed()).isTrue();
        assertThat(model.batches.isClosed()).isTrue();
    }

    @Test
    void stateDictIsTheModelsOwnMemoryAndLoadingCopies() {
        LeNet model = freed(new LeNet(g));
        LeNet other = freed(new LeNet(g));
        Map<String, Tensor> state = model.stateDict();
        assertThat(state.keySet()).containsExactly("conv1.weight", "conv1.bias", "head.weight", "head.bias");
        model.head.bias().assign(Tensors.of(1f, 2f, 3f));
        assertThat(state.get("head.bias").toDoubleArray()).containsExactly(1, 2, 3);

        other.loadStateDict(state);
        for (String name : state.keySet()) {
            assertThat(other.stateDict().get(name).toDoubleArray())
                    .isEqualTo(state.get(name).toDoubleArray());
        }
        model.head.bias().assign(Tensors.of(0f, 0f, 0f));
        assertThat(other.head.bias().toDoubleArray()).containsExactly(1, 2, 3);
    }

    @Test
    void aStateThatDoesNotFitIsRefusedAndChangesNothing() {
        LeNet model = freed(new LeNet(g));
        Tensor closed = Tensors.zeros(3);
        closed.close();
        refused(model, Map.of(), "head.bias", "no entry", "'head.bias'", "F32[3]", "conv1.weight");
        refused(model, Map.of("head.scale", Tensors.zeros(3)), "", "'head.scale'", "fits no", "head.bias");
        refused(model, Map.of("head.bias", Tensors.zeros(4)), "", "'head.bias'", "F32[4]", "F32[3]", "must agree");
        refused(model, Map.of("head.bias", Tensors.zeros(1)), "", "'head.bias'", "F32[1]", "F32[3]");
        refused(model, Map.of("head.bias", Tensors.zeros(DType.F64, 3)), "", "'head.bias'", "F64[3]", "F32[3]");
        refused(model, Map.of("head.bias", closed), "", "'head.bias'", "closed");
    }

    /** Loads a good state of ones after a change to it; nothing of it may arrive. */
    private static void refused(Module model, Map<String, Tensor> change, String without, String... words) {
        var before = new LinkedHashMap<String, double[]>();
        var bad = new LinkedHashMap<String, Tensor>();
        model.stateDict().forEach((name, t) -> {
            before.put(name, t.toDoubleArray());
            bad.put(name, t.fullLike(1));
        });
        bad.putAll(change);
        bad.remove(without);
        assertThatThrownBy(() -> model.loadStateDict(bad))
                .isInstanceOf(RuntimeException.class)
                .satisfies(e -> {
                    assertThat(e).hasMessageContaining("loadStateDict");
                    for (String word : words) {
                        assertThat(e).hasMessageContaining(word);
                    }
                });
        model.stateDict()
                .forEach((name, t) -> assertThat(t.toDoubleArray()).as(name).isEqualTo(before.get(name)));
    }

    @Test
    void freeGivesBackEverythingAndTwiceDoesNoHarm() {
        LeNet model = new LeNet(g);
        model.free();
        assertThat(model.conv1.weight().value().isClosed()).isTrue();
        model.free();
    }
}
