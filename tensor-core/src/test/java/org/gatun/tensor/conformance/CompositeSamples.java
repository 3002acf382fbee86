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
import org.gatun.tensor.Functional;
import org.gatun.tensor.Losses;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.ValuesIndices;
import org.gatun.tensor.VarMean;

/** Samples of every public method that makes tensors of tensors. */
public final class CompositeSamples {
    private static final List<LayoutVariant> LAYOUTS = List.of(
            LayoutVariant.CONTIGUOUS,
            LayoutVariant.TRANSPOSED,
            LayoutVariant.STEPPED,
            LayoutVariant.BROADCAST_FIRST,
            LayoutVariant.BROADCAST_ALL);

    private static final List<Class<?>> CLASSES = List.of(Tensor.class, Tensors.class, Functional.class, Losses.class);

    private CompositeSamples() {}

    /** All samples. */
    public static List<CompositeSample> all() {
        return Stream.of(ElementwiseSamples.all(), ShapeSamples.all(), ReductionSamples.all(), FunctionalSamples.all())
                .flatMap(List::stream)
                .toList();
    }

    /** A sample in each layout, for checks of derivatives. */
    public static List<GradientSample> gradients(CompositeSample sample) {
        var samples = new ArrayList<GradientSample>();
        if (sample.differentiable()) {
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

    /** The public methods that make tensors of tensors, as {@code Class.method}; those that change a tensor in place left out. */
    static Set<String> methods() {
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
        return names;
    }

    private static boolean holdsTensors(Class<?> type) {
        return Tensor.class.isAssignableFrom(type)
                || type == Tensor[].class
                || type == List.class
                || type == ValuesIndices.class
                || type == VarMean.class;
    }
}
