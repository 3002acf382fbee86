package org.gatun.tensor.conformance;

import static org.gatun.tensor.conformance.OpCase.Operand.value;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.PoolSpec;
import org.gatun.tensor.shape.Shape;

/** Parameter choices and operand shapes of products, convolutions and pooling. */
final class WindowCases {
    private WindowCases() {}

    static List<OpCase> matMul() {
        return List.of(
                matMul(1, 1, 1),
                matMul(2, 3, 4),
                matMul(3, 7, 1),
                matMul(1, 33, 17),
                matMul(17, 1, 33),
                matMul(33, 65, 7),
                matMul(0, 3, 2),
                matMul(2, 0, 3),
                matMul(2, 3, 0),
                matMul(2, 3, 4, 5),
                matMul(2, 3, 4, 3, 2),
                matMul(0, 3, 4, 3),
                matMul(65, 129, 33));
    }

    /** The product of (batch.., m, k) and (batch.., k, n) from the sizes batch.., m, k, n. */
    private static OpCase matMul(long... sizes) {
        long[] left = Arrays.copyOf(sizes, sizes.length - 1);
        long[] right = Arrays.copyOf(sizes, sizes.length - 1);
        right[right.length - 2] = sizes[sizes.length - 2];
        right[right.length - 1] = sizes[sizes.length - 1];
        return OpCase.of(new Op.MatMul(), value(left), value(right));
    }

    private record Convolution(ConvSpec spec, Shape x, Shape weight) {
        Shape result() {
            return Shape.of(
                    x.size(0),
                    weight.size(0),
                    spec.outHeight(x.size(2), weight.size(2)),
                    spec.outWidth(x.size(3), weight.size(3)));
        }
    }

    private static List<Convolution> convolutions() {
        ConvSpec plain = ConvSpec.DEFAULT;
        return List.of(
                new Convolution(plain, Shape.of(1, 1, 3, 3), Shape.of(1, 1, 2, 2)),
                new Convolution(plain, Shape.of(2, 2, 4, 3), Shape.of(3, 2, 2, 1)),
                new Convolution(plain.padding(1), Shape.of(1, 2, 3, 4), Shape.of(2, 2, 3, 3)),
                new Convolution(plain.stride(2), Shape.of(1, 1, 5, 6), Shape.of(2, 1, 2, 3)),
                new Convolution(plain.dilation(2), Shape.of(1, 2, 5, 5), Shape.of(1, 2, 2, 2)),
                new Convolution(plain.groups(2), Shape.of(2, 4, 3, 3), Shape.of(2, 2, 2, 2)),
                new Convolution(plain.groups(3).padding(1), Shape.of(1, 3, 3, 3), Shape.of(6, 1, 2, 2)),
                new Convolution(new ConvSpec(2, 1, 1, 2, 1, 2, 2), Shape.of(2, 2, 6, 5), Shape.of(4, 1, 3, 2)),
                new Convolution(plain, Shape.of(0, 1, 3, 3), Shape.of(1, 1, 2, 2)),
                new Convolution(plain.padding(2), Shape.of(2, 1, 14, 14), Shape.of(6, 1, 5, 5)),
                new Convolution(plain, Shape.of(2, 6, 9, 7), Shape.of(5, 6, 1, 1)));
    }

    static List<OpCase> conv2d() {
        return convolutions().stream()
                .map(c -> OpCase.of(new Op.Conv2d(c.spec()), value(c.x()), value(c.weight())))
                .toList();
    }

    static List<OpCase> conv2dInputGrad() {
        return convolutions().stream()
                .map(c -> OpCase.of(new Op.Conv2dInputGrad(c.spec(), c.x()), value(c.result()), value(c.weight())))
                .toList();
    }

    static List<OpCase> conv2dWeightGrad() {
        return convolutions().stream()
                .map(c -> OpCase.of(new Op.Conv2dWeightGrad(c.spec(), c.weight()), value(c.result()), value(c.x())))
                .toList();
    }

    private record Pooling(PoolSpec spec, Shape x) {
        Shape result() {
            return Shape.of(x.size(0), x.size(1), spec.outHeight(x.size(2)), spec.outWidth(x.size(3)));
        }
    }

    private static List<Pooling> poolings(boolean dilated) {
        var list = new ArrayList<>(List.of(
                new Pooling(PoolSpec.of(2), Shape.of(1, 2, 4, 5)),
                new Pooling(PoolSpec.of(3, 2), Shape.of(2, 1, 5, 7)),
                new Pooling(PoolSpec.of(2, 1), Shape.of(1, 1, 3, 3)),
                new Pooling(PoolSpec.of(3, 2).padding(1), Shape.of(1, 2, 5, 4)),
                new Pooling(new PoolSpec(3, 3, 2, 2, 1, 1, 1, 1, false, false), Shape.of(1, 2, 5, 4)),
                new Pooling(new PoolSpec(2, 3, 2, 2, 0, 1, 1, 1, true, true), Shape.of(1, 2, 5, 6)),
                new Pooling(new PoolSpec(2, 3, 3, 2, 1, 0, 1, 1, true, false), Shape.of(2, 1, 6, 4)),
                new Pooling(PoolSpec.of(2), Shape.of(0, 1, 4, 4)),
                new Pooling(PoolSpec.of(2), Shape.of(2, 3, 12, 12))));
        if (dilated) {
            list.add(new Pooling(new PoolSpec(2, 2, 1, 2, 0, 1, 2, 1, false, true), Shape.of(1, 2, 5, 6)));
            list.add(new Pooling(new PoolSpec(2, 2, 2, 2, 1, 1, 2, 2, true, true), Shape.of(1, 1, 7, 6)));
        }
        return list;
    }

    static List<OpCase> maxPool2d() {
        return poolings(true).stream()
                .map(p -> OpCase.of(new Op.MaxPool2d(p.spec()), value(p.x())))
                .toList();
    }

    static List<OpCase> avgPool2d() {
        return poolings(false).stream()
                .map(p -> OpCase.of(new Op.AvgPool2d(p.spec()), value(p.x())))
                .toList();
    }

    static List<OpCase> avgPool2dGrad() {
        return poolings(false).stream()
                .map(p -> OpCase.of(new Op.AvgPool2dGrad(p.spec(), p.x()), value(p.result())))
                .toList();
    }
}
