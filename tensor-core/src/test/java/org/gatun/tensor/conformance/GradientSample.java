package org.gatun.tensor.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.shape.Shape;

/**
 * A function of tensors and operands at which it is smooth, for checks of derivatives.
 *
 * @param name what it shows
 * @param body the function; its floating results carry derivatives
 * @param operands the operands; those of a floating dtype are F64 and variable, others constant
 * @param layouts the layouts in which the body sees its operands
 * @param shapes the shapes in which the body sees its operands
 * @param step the step of finite differences that suits the function
 */
public record GradientSample(
        String name,
        Function<List<Tensor>, List<Tensor>> body,
        List<HostArray> operands,
        List<LayoutVariant> layouts,
        List<Shape> shapes,
        double step) {
    /** Small enough for smooth functions of numbers around 1. */
    public static final double STEP = 1e-6;

    /** A sample whose body sees {@code operands} in the given layouts. */
    static GradientSample of(
            String name,
            Function<List<Tensor>, List<Tensor>> body,
            List<HostArray> operands,
            List<LayoutVariant> layouts) {
        var bases = new ArrayList<HostArray>();
        for (int k = 0; k < operands.size(); k++) {
            bases.add(layouts.get(k).unview(operands.get(k)));
        }
        return new GradientSample(
                name,
                body,
                bases,
                layouts,
                operands.stream().map(HostArray::shape).toList(),
                STEP);
    }

    GradientSample withStep(double newStep) {
        return new GradientSample(name, body, operands, layouts, shapes, newStep);
    }

    /** The operands as tensors, from which {@link #apply} makes views in the sample's layouts. */
    public List<Tensor> place(Device device) {
        return operands.stream()
                .map(o -> (Tensor) LayoutVariant.CONTIGUOUS.place(o, device))
                .toList();
    }

    /** All floating results of the function, as F64, joined into one vector. */
    public Tensor apply(List<Tensor> bases) {
        var views = new ArrayList<Tensor>();
        for (int k = 0; k < bases.size(); k++) {
            views.add(layouts.get(k).view(bases.get(k), shapes.get(k)));
        }
        List<Tensor> results = body.apply(views).stream()
                .filter(t -> t.dtype().isFloating())
                .map(t -> t.to(DType.F64).flatten())
                .toList();
        return results.size() == 1 ? results.get(0) : Tensors.cat(0, results);
    }

    @Override
    public String toString() {
        return name;
    }
}
