package org.gatun.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.gatun.tensor.shape.Shape;

/**
 * A sum of products of tensors whose axes are labelled by characters: steps that do it, for given shapes.
 *
 * <p>Axes of size 1 are dropped from the operands and put back into the result, which does all broadcasting. An index that only one
 * operand has and the result has not is summed before any product. Then operands are multiplied two by two, in the order of {@link
 * ContractionOrder}.
 *
 * @param alone for each operand, what is done to it before any product
 * @param pairs the products; each removes its two operands from the list and appends its result
 * @param order the axes of the last result in the order of the output
 * @param shape the shape of the output
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Contraction(List<Alone> alone, List<Pair> pairs, int[] order, Shape shape) {
    /** Diagonals of repeated indices, then the axes of size 1 dropped, then sums. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Alone(List<int[]> diagonals, int[] ones, int[] sums) {
        Tensor apply(Tensor x) {
            Tensor y = x;
            for (int[] axes : diagonals) {
                y = y.diagonal(0, axes[0], axes[1]);
            }
            y = ones.length == 0 ? y : y.squeeze(ones);
            return sums.length == 0 ? y : y.sum(sums).to(x.dtype());
        }
    }

    /**
     * A product of two operands, each brought to an order and shape first.
     *
     * @param matmul whether it is a product of (batches of) matrices; otherwise one of elements, summed over {@code sums}
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Pair(
            int first,
            int second,
            int[] firstOrder,
            Shape firstShape,
            int[] secondOrder,
            Shape secondShape,
            boolean matmul,
            int[] sums,
            Shape result) {
        Tensor apply(Tensor x, Tensor y) {
            Tensor a = x.permute(firstOrder).reshape(firstShape);
            Tensor b = y.permute(secondOrder).reshape(secondShape);
            Tensor product = matmul ? Products.matmul(a, b) : a.mul(b);
            product = sums.length == 0 ? product : product.sum(sums).to(x.dtype());
            return product.reshape(result);
        }
    }

    /** The result for operands of the shapes that this was made for. */
    Tensor apply(List<Tensor> operands) {
        DType dtype = operands.get(0).dtype();
        for (Tensor operand : operands) {
            dtype = DType.promote(dtype, operand.dtype());
        }
        var values = new ArrayList<Tensor>();
        for (int k = 0; k < operands.size(); k++) {
            values.add(alone.get(k).apply(operands.get(k).to(dtype)));
        }
        for (Pair pair : pairs) {
            Tensor second = values.remove(pair.second());
            Tensor first = values.remove(pair.first());
            values.add(pair.apply(first, second));
        }
        return values.get(0).permute(order).reshape(shape);
    }

    /** The steps for operands with one label for each axis; the sizes of a label are equal, or 1. */
    static Contraction plan(List<String> labels, String output, List<Shape> shapes) {
        Map<Character, Long> sizes = new HashMap<>();
        for (int k = 0; k < labels.size(); k++) {
            for (int axis = 0; axis < labels.get(k).length(); axis++) {
                sizes.merge(labels.get(k).charAt(axis), shapes.get(k).size(axis), (m, n) -> m == 1 ? n : m);
            }
        }
        var terms = new ArrayList<String>();
        var diagonals = new ArrayList<List<int[]>>();
        var ones = new ArrayList<int[]>();
        for (int k = 0; k < labels.size(); k++) {
            String label = labels.get(k);
            Shape shape = shapes.get(k);
            StringBuilder term = new StringBuilder(label);
            diagonals.add(diagonals(term));
            ones.add(remove(term, c -> shape.size(label.indexOf(c)) == 1));
            terms.add(term.toString());
        }
        var alone = new ArrayList<Alone>();
        for (int k = 0; k < terms.size(); k++) {
            StringBuilder term = new StringBuilder(terms.get(k));
            int[] sums = remove(
                    term,
                    c -> output.indexOf(c) < 0
                            && terms.stream().filter(t -> t.indexOf(c) >= 0).count() == 1);
            terms.set(k, term.toString());
            alone.add(new Alone(diagonals.get(k), ones.get(k), sums));
        }
        var pairs = new ArrayList<Pair>();
        for (int[] pair : ContractionOrder.of(terms, output, sizes)) {
            String second = terms.remove(pair[1]);
            String first = terms.remove(pair[0]);
            pairs.add(pair(pair, first, second, output, sizes, terms));
        }
        String last = terms.get(0);
        String kept = select(output, c -> last.indexOf(c) >= 0);
        return new Contraction(
                List.copyOf(alone), List.copyOf(pairs), order(last, kept), Shape.of(sizes(output, sizes)));
    }

    /** The product of two terms; the label of its result is appended to {@code terms}, which hold the others. */
    private static Pair pair(
            int[] pair, String a, String b, String output, Map<Character, Long> sizes, List<String> terms) {
        String needed = output + String.join("", terms);
        String both = select(a, c -> b.indexOf(c) >= 0);
        String batch = select(both, c -> needed.indexOf(c) >= 0);
        String summed = select(both, c -> needed.indexOf(c) < 0);
        String left = select(a, c -> b.indexOf(c) < 0);
        String right = select(b, c -> a.indexOf(c) < 0);
        boolean scalars = left.isEmpty() && right.isEmpty() && !batch.isEmpty();
        if (summed.isEmpty() || scalars) {
            // In the order of the output, as far as it goes, so that nothing need be moved behind.
            String known = select(output, c -> a.indexOf(c) >= 0 || b.indexOf(c) >= 0);
            String result = known + select(batch + left + right, c -> known.indexOf(c) < 0);
            String all = result + summed;
            terms.add(result);
            int[] sums = new int[summed.length()];
            Arrays.setAll(sums, k -> result.length() + k);
            return new Pair(
                    pair[0],
                    pair[1],
                    order(a, select(all, c -> a.indexOf(c) >= 0)),
                    spread(all, a, sizes),
                    order(b, select(all, c -> b.indexOf(c) >= 0)),
                    spread(all, b, sizes),
                    false,
                    sums,
                    Shape.of(sizes(result, sizes)));
        }
        terms.add(batch + left + right);
        return new Pair(
                pair[0],
                pair[1],
                order(a, batch + left + summed),
                matrices(batch, left, summed, sizes),
                order(b, batch + summed + right),
                matrices(batch, summed, right, sizes),
                true,
                new int[0],
                Shape.of(sizes(batch + left + right, sizes)));
    }

    /** Takes the diagonals of repeated labels, which go behind as {@link Tensor#diagonal} does it. */
    private static List<int[]> diagonals(StringBuilder term) {
        var diagonals = new ArrayList<int[]>();
        for (int i = 0; i < term.length(); i++) {
            String label = term.substring(i, i + 1);
            int j = term.indexOf(label, i + 1);
            if (j >= 0) {
                diagonals.add(new int[] {i, j});
                term.deleteCharAt(j).deleteCharAt(i).append(label);
                i = -1;
            }
        }
        return diagonals;
    }

    /** Removes the labels for which the predicate holds, and says at which axes they were. */
    private static int[] remove(StringBuilder term, IntPredicate which) {
        String before = term.toString();
        term.setLength(0);
        term.append(select(before, c -> !which.test(c)));
        return IntStream.range(0, before.length())
                .filter(axis -> which.test(before.charAt(axis)))
                .toArray();
    }

    private static String select(String labels, IntPredicate which) {
        return labels.chars()
                .filter(which)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** Where in {@code from} each label of {@code to} is. */
    private static int[] order(String from, String to) {
        return to.chars().map(from::indexOf).toArray();
    }

    private static long[] sizes(String labels, Map<Character, Long> sizes) {
        return labels.chars().mapToLong(c -> sizes.getOrDefault((char) c, 1L)).toArray();
    }

    /** The sizes of the labels of {@code term} at their places in {@code all}, and 1 elsewhere. */
    private static Shape spread(String all, String term, Map<Character, Long> sizes) {
        return Shape.of(all.chars()
                .mapToLong(c -> term.indexOf(c) >= 0 ? sizes.getOrDefault((char) c, 1L) : 1)
                .toArray());
    }

    private static Shape matrices(String batch, String rows, String columns, Map<Character, Long> sizes) {
        long[] shape = Arrays.copyOf(sizes(batch, sizes), batch.length() + 2);
        shape[batch.length()] = Shape.of(sizes(rows, sizes)).elements();
        shape[batch.length() + 1] = Shape.of(sizes(columns, sizes)).elements();
        return Shape.of(shape);
    }
}
