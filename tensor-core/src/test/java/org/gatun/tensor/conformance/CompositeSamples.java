package org.gatun.tensor.conformance;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.Device;
import org.gatun.tensor.Fft;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Losses;
import org.gatun.tensor.Sampling;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.linalg.Linalg;
import org.gatun.tensor.memory.MemoryScope;

/** Samples of every public method that makes tensors of tensors. */
public final class CompositeSamples {
    private static final List<LayoutVariant> LAYOUTS = List.of(
            LayoutVariant.CONTIGUOUS,
            LayoutVariant.TRANSPOSED,
            LayoutVariant.STEPPED,
            LayoutVariant.BROADCAST_FIRST,
            LayoutVariant.BROADCAST_ALL);

    private static final List<Class<?>> CLASSES = List.of(
            Tensor.class,
            Tensors.class,
            Functional.class,
            Losses.class,
            Special.class,
            Fft.class,
            Linalg.class,
            Sampling.class);

    private CompositeSamples() {}

    /** All samples. */
    public static List<CompositeSample> all() {
        return Stream.of(
                        ElementwiseSamples.all(),
                        SpecialSamples.all(),
                        ShapeSamples.all(),
                        ViewSamples.all(),
                        ScatterSamples.all(),
                        CombiningSamples.all(),
                        ReductionSamples.all(),
                        StatisticsSamples.all(),
                        CountingSamples.all(),
                        ScanSamples.all(),
                        FunctionalSamples.all(),
                        FourierSamples.all(),
                        ConvolutionSamples.all(),
                        PoolingSamples.all(),
                        ImageSamples.all(),
                        LinalgSamples.all(),
                        ContractionSamples.all(),
                        SamplingSamples.all(),
                        InverseSamples.all())
                .flatMap(List::stream)
                .toList();
    }

    /** The classes whose public methods have samples. */
    public static List<Class<?>> classes() {
        return CLASSES;
    }

    /** A sample in each layout, for checks of derivatives. */
    public static List<GradientSample> gradients(CompositeSample sample) {
        var samples = new ArrayList<GradientSample>();
        if (sample.differentiable() && sample.path() == null) {
            for (List<LayoutVariant> layouts : sample.layouts(LAYOUTS)) {
                List<HostArray> arrays = new ArrayList<>();
                List<HostArray> filled = sample.fill(DType.F64);
                for (int k = 0; k < filled.size(); k++) {
                    arrays.add(layouts.get(k).adapt(filled.get(k)));
                }
                samples.add(GradientSample.of(sample + " " + layouts, sample.body(), arrays, layouts));
            }
        }
        return samples;
    }

    /**
     * Whether the method takes operands of the dtype; if so, its results on them agree with the reference.
     *
     * @return false when it refuses the dtype by a {@link DTypeException}
     * @throws AssertionError when a result disagrees
     */
    public static boolean agrees(CompositeSample sample, DType dtype, Device device) {
        List<HostArray> operands = sample.fill(dtype);
        try (MemoryScope scope = MemoryScope.open("values")) {
            List<Tensor> placed = operands.stream()
                    .map(o -> (Tensor) LayoutVariant.CONTIGUOUS.place(o, device))
                    .toList();
            List<HostArray> actual;
            try {
                actual = sample.body().apply(placed).stream().map(HostArray::of).toList();
            } catch (DTypeException refused) {
                return false;
            }
            List<HostArray> expected = ReferenceTrace.evaluate(operands, sample.body());
            for (int r = 0; r < expected.size(); r++) {
                String complaint = Tolerance.COMPOSITE.complaint(
                        expected.get(r), actual.get(r), Tolerance.atLeastOne(expected.get(r)));
                if (complaint != null) {
                    throw new AssertionError(sample + " of " + dtype + ": result " + r + " " + complaint);
                }
            }
            return expected.size() == actual.size();
        }
    }

    /** The public methods that make tensors of tensors, as {@code Class.method}; those that change a tensor in place left out. */
    public static Set<String> methods() {
        var names = new TreeSet<String>();
        for (Class<?> type : CLASSES) {
            for (Method method : type.getMethods()) {
                boolean fromTensors = !Modifier.isStatic(method.getModifiers())
                        || Arrays.stream(method.getParameterTypes()).anyMatch(CompositeSamples::holdsTensors);
                if (!method.isSynthetic()
                        && fromTensors
                        && holdsTensors(method.getReturnType())
                        && !method.getName().endsWith("_")) {
                    names.add(type.getSimpleName() + "." + method.getName());
                }
            }
        }
        // Its values are whatever the memory holds; and what lies below interpreters is no method of theirs.
        names.remove("Tensors.emptyLike");
        names.remove("Tensor.concrete");
        // Where a tensor lies changes no value; moves have tests of their own.
        names.removeAll(Set.of("Tensor.cpu", "Tensor.cuda"));
        return names;
    }

    /** The public methods that make tensors of no tensor, and those that change a tensor in place. */
    public static Set<String> sources() {
        var names = new TreeSet<String>();
        for (Class<?> type : CLASSES) {
            for (Method method : type.getMethods()) {
                boolean fromNothing = Modifier.isStatic(method.getModifiers())
                        && Arrays.stream(method.getParameterTypes()).noneMatch(CompositeSamples::holdsTensors);
                if (!method.isSynthetic()
                        && (fromNothing || method.getName().endsWith("_"))
                        && holdsTensors(method.getReturnType())) {
                    names.add(type.getSimpleName() + "." + method.getName());
                }
            }
        }
        // Its values are whatever the memory holds.
        names.remove("Tensors.empty");
        return names;
    }

    private static boolean holdsTensors(Class<?> type) {
        return Tensor.class.isAssignableFrom(type)
                || type == Tensor[].class
                || type == List.class
                || (type.isRecord()
                        && Arrays.stream(type.getRecordComponents())
                                .anyMatch(component -> Tensor.class.isAssignableFrom(component.getType())));
    }
}
