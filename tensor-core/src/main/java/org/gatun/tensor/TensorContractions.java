package org.gatun.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;

/** {@code einsum} and the products of tensors of any rank. */
final class TensorContractions {
    private static final int KEPT = 256;

    /** The contractions that were used last. */
    private static final Map<Key, Contraction> PLANS = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Contraction> eldest) {
            return size() > KEPT;
        }
    };

    private record Key(String equation, List<Shape> shapes) {}

    private TensorContractions() {}

    static Tensor einsum(String equation, List<Tensor> given) {
        Objects.requireNonNull(equation, "einsum: the equation is null: give one such as \"ij,jk->ik\"");
        Tensor[] tensors = Joining.array("einsum", given);
        Joining.requireAll("einsum", tensors);
        List<Tensor> operands = List.of(tensors);
        List<Shape> shapes = operands.stream().map(Tensor::shape).toList();
        requireNumbers("einsum", operands);
        var key = new Key(equation, shapes);
        Contraction contraction;
        synchronized (PLANS) {
            contraction = PLANS.get(key);
        }
        if (contraction == null) {
            contraction = EinsumEquation.parse(equation, operands.size()).bind(shapes);
            synchronized (PLANS) {
                PLANS.put(key, contraction);
            }
        }
        return contraction.apply(operands);
    }

    private static void requireNumbers(String name, List<Tensor> operands) {
        if (!operands.isEmpty() && operands.stream().allMatch(x -> x.dtype() == DType.BOOL)) {
            throw new DTypeException(
                    name + ": not defined on BOOL tensors alone: convert one, for instance to(DType.I64)");
        }
    }

    static Tensor tensordot(Tensor a, Tensor b, int axes) {
        if (axes < 0 || axes > Math.min(a.rank(), b.rank())) {
            throw new ShapeException(
                    "tensordot: the last " + axes + " axes of shape " + a.shape() + " and the first of " + b.shape()
                            + ": give a number from 0 to the smaller rank, " + Math.min(a.rank(), b.rank()));
        }
        int[] last = new int[axes];
        int[] first = new int[axes];
        Arrays.setAll(last, k -> a.rank() - axes + k);
        Arrays.setAll(first, k -> k);
        return tensordot(a, b, last, first);
    }

    static Tensor tensordot(Tensor a, Tensor b, int[] axesOfA, int[] axesOfB) {
        if (axesOfA.length != axesOfB.length) {
            throw new ShapeException("tensordot: " + axesOfA.length + " axes of shape " + a.shape() + " and "
                    + axesOfB.length + " of " + b.shape() + ": name equally many");
        }
        int[] left = distinct(a, axesOfA);
        int[] right = distinct(b, axesOfB);
        char[] labelsOfA = labels('a', a.rank());
        char[] labelsOfB = labels((char) ('a' + a.rank()), b.rank());
        for (int k = 0; k < left.length; k++) {
            long m = a.size(left[k]);
            long n = b.size(right[k]);
            if (m != n && m != 1 && n != 1) {
                throw new ShapeException("tensordot: axis " + axesOfA[k] + " of shape " + a.shape() + " has size " + m
                        + " and axis " + axesOfB[k] + " of " + b.shape() + " has " + n
                        + ": the sizes must be equal, or one of them 1");
            }
            labelsOfB[right[k]] = labelsOfA[left[k]];
        }
        String of = new String(labelsOfA);
        String and = new String(labelsOfB);
        var output = new StringBuilder();
        of.chars().filter(c -> and.indexOf(c) < 0).forEach(c -> output.append((char) c));
        and.chars().filter(c -> of.indexOf(c) < 0).forEach(c -> output.append((char) c));
        List<Tensor> operands = List.of(a, b);
        requireNumbers("tensordot", operands);
        return Contraction.plan(List.of(of, and), output.toString(), List.of(a.shape(), b.shape()))
                .apply(operands);
    }

    private static char[] labels(char first, int count) {
        char[] labels = new char[count];
        for (int k = 0; k < count; k++) {
            labels[k] = (char) (first + k);
        }
        return labels;
    }

    private static int[] distinct(Tensor x, int[] axes) {
        int[] from = axes.clone();
        for (int k = 0; k < from.length; k++) {
            from[k] = Axes.normalise("tensordot", axes[k], x.rank());
            for (int j = 0; j < k; j++) {
                if (from[j] == from[k]) {
                    throw new ShapeException("tensordot: axes " + Arrays.toString(axes) + " name axis " + from[k]
                            + " of shape " + x.shape() + " twice: name each once");
                }
            }
        }
        return from;
    }

    static Tensor kron(Tensor a, Tensor b) {
        requireNumbers("kron", List.of(a, b));
        long count = a.elements();
        if (count > 0 && b.elements() > Long.MAX_VALUE / count) {
            throw new ShapeException("kron: shapes " + a.shape() + " and " + b.shape()
                    + ": the product has more than 2^63 - 1 elements");
        }
        int rank = Math.max(a.rank(), b.rank());
        long[] outer = new long[2 * rank];
        long[] inner = new long[2 * rank];
        long[] sizes = new long[rank];
        Arrays.fill(outer, 1);
        Arrays.fill(inner, 1);
        for (int back = 1; back <= rank; back++) {
            long m = back <= a.rank() ? a.size(-back) : 1;
            long n = back <= b.rank() ? b.size(-back) : 1;
            outer[2 * (rank - back)] = m;
            inner[2 * (rank - back) + 1] = n;
            sizes[rank - back] = Shape.of(m, n).elements();
        }
        return a.reshape(Shape.of(outer)).mul(b.reshape(Shape.of(inner))).reshape(Shape.of(sizes));
    }

    static Tensor bilinear(Tensor x, Tensor y, Tensor weight, List<Tensor> bias) {
        Shape w = weight.shape();
        boolean fits = w.rank() == 3
                && x.rank() > 0
                && x.rank() == y.rank()
                && x.size(-1) == w.size(1)
                && y.size(-1) == w.size(2)
                && Arrays.equals(leading(x), leading(y));
        if (!fits) {
            throw new ShapeException("bilinear: shapes " + x.shape() + ", " + y.shape() + " and weight " + w
                    + ": takes (.., m), (.., n) with equal leading sizes, and weight (o, m, n)");
        }
        for (Tensor b : bias) {
            if (b.rank() != 1 || b.size(0) != w.size(0)) {
                throw new ShapeException("bilinear: the bias of shape " + b.shape() + " must have the size " + w.size(0)
                        + " of the first axis of the weight " + w);
            }
        }
        Tensor product = einsum("...i,oij,...j->...o", new ArrayList<>(List.of(x, weight, y)));
        return bias.isEmpty() ? product : product.add(bias.get(0));
    }

    private static long[] leading(Tensor x) {
        return Arrays.copyOf(x.shape().toArray(), x.rank() - 1);
    }
}
