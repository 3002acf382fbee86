package org.gatun.tensor.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gatun.tensor.Autocast;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Every public method inside an autocast scope is itself outside on operands that are converted as PyTorch's list for it says (those of
 * autocast on CUDA), bit by bit; a method on none of the lists is itself on the operands as they are.
 */
@ExtendWith(NativeMemoryBalance.class)
class AutocastListsTest {
    /** PyTorch's lower_precision_fp; lstm is its lstm_cell. */
    private static final Set<String> LOWER = names(
            "Functional: linear conv1d conv2d conv3d convTranspose1d convTranspose2d convTranspose3d prelu"
                    + " scaledDotProductAttention lstm",
            "Tensor: matmul mm bmm mv addmm addmv addr baddbmm addbmm",
            "Tensors: einsum",
            "Linalg: multiDot vecdot");

    /** PyTorch's fp32, fp32_set_opt_dtype and fp32_append_dtype, and what PyTorch makes of them alone. */
    private static final Set<String> F32 = names(
            "Tensor: acos asin cosh erfinv exp expm1 log log10 log2 log1p reciprocal rsqrt sinh tan pow square softplus dist"
                    + " logsumexp prod softmax logSoftmax cumprod cumsum sum norm",
            "Special: erfinv expm1 log1p softmax logSoftmax logsumexp",
            "Functional: layerNorm rmsNorm groupNorm softplus cosineSimilarity cdist pdist pairwiseDistance interpolate upsampleNearest upsampleBilinear",
            "Losses: nllLoss crossEntropy klDiv klDivLogTarget l1Loss smoothL1Loss huberLoss mseLoss"
                    + " binaryCrossEntropyWithLogits gaussianNllLoss",
            "Linalg: vectorNorm matrixNorm");

    /** PyTorch's promote. */
    private static final Set<String> PROMOTE = names(
            "Tensor: addcdiv addcmul atan2 dot vdot indexPut scatterAdd",
            "Tensors: tensordot",
            "Linalg: cross inner",
            "Functional: bilinear gridSample");

    /** What a random number is made of depends on its dtype, or the numbers differ from call to call. */
    private static final Set<String> RANDOM = names(
            "Tensors: randLike randnLike bernoulli",
            "Functional: dropout randLike randnLike randintLike",
            "Tensor: bernoulli");

    /** Their samples call other methods themselves, which compute with the operands as they are; Special.erfinv is the function too. */
    private static final Set<String> SAMPLES_OF_SEVERAL =
            names("Linalg: det logdet lstsq pinv", "Tensor: histogram erfinv");

    private static final String BANNED = "Losses.binaryCrossEntropy";

    private static Set<String> names(String... ofClasses) {
        return Stream.of(ofClasses)
                .flatMap(line -> Stream.of(
                                line.substring(line.indexOf(": ") + 2).split(" "))
                        .map(method -> line.substring(0, line.indexOf(':')) + "." + method))
                .collect(Collectors.toUnmodifiableSet());
    }

    @Test
    void everyListedMethodHasASample() {
        var listed = new TreeSet<>(LOWER);
        listed.addAll(F32);
        listed.addAll(PROMOTE);
        assertThat(listed).hasSize(LOWER.size() + F32.size() + PROMOTE.size());
        CompositeSamples.all().forEach(sample -> listed.remove(sample.method()));
        assertThat(listed).isEmpty();
    }

    /** The dtypes of the operands of a call, the first and third, and the second and fourth. */
    private record Operands(DType odd, DType even) {
        DType of(int number) {
            return number % 2 == 0 ? odd : even;
        }
    }

    private static List<Operands> operands(DType scope) {
        DType other = scope == DType.BF16 ? DType.F16 : DType.BF16;
        return List.of(
                new Operands(DType.F32, DType.F32),
                new Operands(scope, scope),
                new Operands(other, other),
                new Operands(DType.F32, scope),
                new Operands(scope, DType.F32),
                new Operands(scope, other),
                new Operands(DType.F64, DType.F64),
                new Operands(DType.F64, scope));
    }

    @TestFactory
    Stream<DynamicNode> methods() {
        return CompositeSamples.all().stream()
                .filter(s -> !RANDOM.contains(s.method()) && !SAMPLES_OF_SEVERAL.contains(s.method()))
                .map(sample -> dynamicTest(sample.toString(), () -> {
                    for (DType scope : List.of(DType.BF16, DType.F16)) {
                        for (Operands operands : operands(scope)) {
                            check(sample, scope, operands);
                        }
                    }
                }));
    }

    private static void check(CompositeSample sample, DType scope, Operands dtypes) {
        try (MemoryScope memory = MemoryScope.open("autocast")) {
            List<Tensor> given = new ArrayList<>();
            List<HostArray> numbers = sample.fill(DType.F32);
            boolean wide = false;
            boolean several = false;
            for (int i = 0; i < numbers.size(); i++) {
                Tensor x = LayoutVariant.CONTIGUOUS.place(numbers.get(i), Device.CPU);
                Tensor converted = x.dtype() == DType.F32 ? x.to(dtypes.of(i)) : x;
                wide |= converted.dtype() == DType.F64;
                several |= i > 0
                        && converted.dtype().isFloating()
                        && converted.dtype() != given.get(0).dtype();
                given.add(converted);
            }
            if (sample.method().equals(BANNED) && !wide && given.get(0).dtype() != DType.F32) {
                Outcome refused =
                        outcome(() -> Autocast.run(scope, () -> sample.body().apply(given)));
                assertThat(refused.failure()).isEqualTo("DTypeException");
                return;
            }
            DType to = wide ? null : target(sample.method(), scope, several);
            List<Tensor> expected = given.stream()
                    .map(x -> to != null && x.dtype().isFloating() ? x.to(to) : x)
                    .toList();
            Outcome outside = outcome(() -> sample.body().apply(expected));
            Outcome inside =
                    outcome(() -> Autocast.run(scope, () -> sample.body().apply(given)));
            assertThat(inside).as("of %s in a scope of %s", dtypes, scope).isEqualTo(outside);
        }
    }

    /** What the list of a method converts operands to, null for nothing. */
    private static DType target(String method, DType scope, boolean several) {
        if (LOWER.contains(method)) {
            return scope;
        }
        if (F32.contains(method) || method.equals(BANNED)) {
            return DType.F32;
        }
        // The promotion of two different ones of F32, BF16 and F16.
        return PROMOTE.contains(method) && several ? DType.F32 : null;
    }

    /** The dtypes and bits of results, or the exception. */
    private record Outcome(List<DType> dtypes, List<List<Number>> numbers, String failure) {}

    private static Outcome outcome(Supplier<List<Tensor>> call) {
        List<HostArray> results;
        try {
            results = call.get().stream().map(HostArray::of).toList();
        } catch (RuntimeException e) {
            return new Outcome(List.of(), List.of(), e.getClass().getSimpleName());
        }
        List<List<Number>> numbers = results.stream()
                .map(r -> IntStream.range(0, r.size())
                        .<Number>mapToObj(i -> r.dtype().isFloating() ? (Number) r.real(i) : (Number) r.whole(i))
                        .toList())
                .toList();
        return new Outcome(results.stream().map(HostArray::dtype).toList(), numbers, "");
    }
}
