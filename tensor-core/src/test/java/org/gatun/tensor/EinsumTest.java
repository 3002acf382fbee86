package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Einstein sums against the definition: a loop over all values of all indices. */
@ExtendWith(ScopePerTest.class)
class EinsumTest {
    private static final String LETTERS = "abXYcZ";

    /** The sum of products over all values of the letters of {@code labels} that {@code output} lacks; sizes of 1 are repeated. */
    private static double[] loop(List<String> labels, String output, List<Tensor> operands, long[] outputSizes) {
        String all = String.join("", labels);
        String letters = all.chars()
                .distinct()
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        int[] sizes = new int[letters.length()];
        Arrays.fill(sizes, 1);
        for (int k = 0; k < labels.size(); k++) {
            for (int axis = 0; axis < labels.get(k).length(); axis++) {
                int at = letters.indexOf(labels.get(k).charAt(axis));
                int n = (int) operands.get(k).size(axis);
                sizes[at] = sizes[at] == 1 ? n : sizes[at];
            }
        }
        double[] sums = new double[Math.toIntExact(Shape.of(outputSizes).elements())];
        List<double[]> data = operands.stream().map(Tensor::toDoubleArray).toList();
        int[] index = new int[letters.length()];
        int count = IntStream.of(sizes).reduce(1, (m, n) -> m * n);
        for (int i = 0; i < count; i++) {
            for (int rest = i, at = letters.length() - 1; at >= 0; at--) {
                index[at] = rest % sizes[at];
                rest /= sizes[at];
            }
            double product = 1;
            for (int k = 0; k < labels.size(); k++) {
                int place = 0;
                for (int axis = 0; axis < labels.get(k).length(); axis++) {
                    int n = (int) operands.get(k).size(axis);
                    place = place * n
                            + (n == 1 ? 0 : index[letters.indexOf(labels.get(k).charAt(axis))]);
                }
                product *= data.get(k)[place];
            }
            int place = 0;
            for (int axis = 0; axis < output.length(); axis++) {
                place = place * (int) outputSizes[axis] + index[letters.indexOf(output.charAt(axis))];
            }
            sums[place] += product;
        }
        return sums;
    }

    private static Tensor whole(SplittableRandom random, DType dtype, long... sizes) {
        int count = Math.toIntExact(Shape.of(sizes).elements());
        return Tensors.of(random.longs(count, -3, 4).toArray()).reshape(sizes).to(dtype);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void randomEquationsAgreeWithTheLoop(long seed) {
        var random = new SplittableRandom(seed);
        for (int trial = 0; trial < 75; trial++) {
            int[] sizes = new int[LETTERS.length()];
            Arrays.setAll(sizes, k -> random.nextInt(8) == 0 ? 0 : random.nextInt(1, 4));
            var labels = new ArrayList<String>();
            var operands = new ArrayList<Tensor>();
            int count = random.nextInt(1, 6);
            DType dtype = List.of(DType.F64, DType.F32, DType.I64, DType.I32).get(random.nextInt(4));
            for (int k = 0; k < count; k++) {
                var term = new StringBuilder();
                int rank = random.nextInt(0, 4);
                for (int axis = 0; axis < rank; axis++) {
                    term.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
                }
                String label = term.toString();
                // An index that is alone in its operand may have size 1 instead.
                long[] shape = label.chars()
                        .mapToLong(c -> label.indexOf(c) == label.lastIndexOf(c) && random.nextInt(5) == 0
                                ? 1
                                : sizes[LETTERS.indexOf(c)])
                        .toArray();
                labels.add(label);
                Tensor x = whole(random, dtype, shape);
                int[] turned =
                        IntStream.range(0, rank).map(axis -> rank - 1 - axis).toArray();
                operands.add(
                        random.nextBoolean()
                                ? x
                                : x.permute(turned).contiguous().permute(turned));
            }
            String all = String.join("", labels);
            String letters = all.chars()
                    .distinct()
                    .filter(c -> random.nextInt(3) > 0)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            boolean implicit = random.nextInt(4) == 0;
            String output = implicit
                    ? all.chars()
                            .filter(c -> all.indexOf(c) == all.lastIndexOf(c))
                            .sorted()
                            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                            .toString()
                    : new StringBuilder(letters).reverse().toString();
            String equation = String.join(" ,", labels) + (implicit ? "" : "-> " + output);
            Tensor result = Tensors.einsum(equation, operands);
            String what =
                    equation + " of " + operands.stream().map(Tensor::shape).toList();
            assertThat(result.dtype()).as(what).isEqualTo(dtype);
            assertThat(result.rank()).as(what).isEqualTo(output.length());
            assertThat(result.toDoubleArray())
                    .as(what)
                    .containsExactly(
                            loop(labels, output, operands, result.shape().toArray()), within(1e-9));
        }
    }

    private static Tensor normal(long... sizes) {
        return Tensors.randn(Tensors.defaultGenerator(), DType.F64, Shape.of(sizes), Device.CPU);
    }

    private static void same(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.toDoubleArray()).containsExactly(expected.toDoubleArray(), within(1e-11));
    }

    @Test
    void anEllipsisStandsForAxesThatBroadcastFromTheLast() {
        Tensor a = normal(4, 1, 2, 3);
        Tensor b = normal(5, 3, 2);
        same(Tensors.einsum("...ij,...jk->...ik", a, b), a.matmul(b));
        same(Tensors.einsum("...ij,...jk", a, b), a.matmul(b));
        same(Tensors.einsum("i...j->j...i", a), a.permute(3, 1, 2, 0));
        same(Tensors.einsum("...", a), a);
        same(
                Tensors.einsum("...,...", a, b.sum(1, 2).reshape(5, 1, 1)),
                a.mul(b.sum(1, 2).reshape(5, 1, 1)));
        // An ellipsis of no axes, and one that the output lacks.
        same(Tensors.einsum("...ij,jk...->ik...", normal(2, 2).mul(0), normal(2, 2)), Tensors.zeros(DType.F64, 2, 2));
        same(Tensors.einsum("...j->j", a), a.sum(0, 1, 2));
        same(Tensors.einsum("a...a->...a", normal(2, 3, 2).mul(0)), Tensors.zeros(DType.F64, 3, 2));
        same(Tensors.einsum("i->i...", normal(2).mul(0)), Tensors.zeros(DType.F64, 2));
    }

    @Test
    void manyOperandsAreAChainOfProducts() {
        var chain = new ArrayList<Tensor>();
        var terms = new ArrayList<String>();
        Tensor product = Tensors.eye(DType.F64, 3, 3);
        for (int k = 0; k < 25; k++) {
            Tensor matrix = normal(3, 3).mul(0.5);
            chain.add(matrix);
            terms.add("" + (char) ('a' + k) + (char) ('a' + k + 1));
            product = product.matmul(matrix);
            if (k > 0) {
                same(Tensors.einsum(String.join(",", terms) + "->a" + (char) ('a' + k + 1), chain), product);
            }
        }
    }

    /** Any other order would make a tensor of 10^12 elements or more, which no memory holds. */
    @Test
    void theOrderAvoidsLargeIntermediates() {
        long n = 10_000;
        Tensor u = normal(n);
        Tensor v = normal(n);
        Tensor w = normal(n);
        double expected = u.sum().item() * v.dot(w).item();
        assertThat(Tensors.einsum("i,j,j->", u, v, w).item()).isCloseTo(expected, within(1e-6 * n));
        Tensor tall = normal(n, 1000).mul(1e-3);
        Tensor x = normal(1000);
        // (A A^T) u would need n^2 elements, 800 MB, if A A^T came first.
        same(
                Tensors.einsum("ik,jk,j->i", tall, tall, u).slice(0, 0, 5),
                tall.matmul(tall.t().matmul(u)).slice(0, 0, 5));
        same(Tensors.einsum("ik,k,i->", tall, x, u), tall.matmul(x).dot(u));
    }

    @Test
    void dtypesPromoteAndIntegersStay() {
        Tensor i = Tensors.of(1, 2, 3);
        assertThat(Tensors.einsum("i->", i).dtype()).isEqualTo(DType.I32);
        assertThat(Tensors.einsum("i,i->", i, Tensors.of(1L, 1, 1)).dtype()).isEqualTo(DType.I64);
        assertThat(Tensors.einsum("i,i->", i, Tensors.of(true, false, true)).toLongArray())
                .containsExactly(4);
        assertThat(Tensors.einsum("i,i->", i, Tensors.of(0.5f, 0.5f, 0.5f)).item())
                .isEqualTo(3);
        Tensor bytes = Tensors.ofUnsigned((byte) 200, (byte) 100);
        assertThat(Tensors.einsum("i->", bytes).to(DType.I64).toLongArray()).containsExactly(300 - 256);
        assertThat(Tensors.einsum("i,i->", bytes, bytes).to(DType.I64).toLongArray())
                .containsExactly(50000 % 256);
    }

    @Test
    void infinitiesAndNotANumberReachOnlyTheSumsThatHoldThem() {
        Tensor a = Tensors.of(new double[][] {{1, Double.POSITIVE_INFINITY}, {2, 3}, {Double.NaN, 1}});
        assertThat(Tensors.einsum("ij,j->i", a, Tensors.of(1.0, 1)).toDoubleArray())
                .containsExactly(Double.POSITIVE_INFINITY, 5, Double.NaN);
        assertThat(Tensors.einsum("ij,j->i", a, Tensors.of(1.0, 0)).toDoubleArray())
                .containsExactly(Double.NaN, 2, Double.NaN);
    }

    @Test
    void tensordotSumsOverPairsOfAxes() {
        Tensor a = normal(2, 3, 4);
        Tensor b = normal(4, 3, 5);
        same(Tensors.tensordot(a, b, new int[] {1, 2}, new int[] {-2, 0}), Tensors.einsum("ijk,kjl->il", a, b));
        same(Tensors.tensordot(a, b, 1), a.matmul(b.reshape(4, 15)).reshape(2, 3, 3, 5));
        same(Tensors.tensordot(a, b, 0), Tensors.einsum("ijk,abc->ijkabc", a, b));
        same(Tensors.tensordot(a, a, 3), a.square().sum());
        // An axis of size 1 is repeated.
        Tensor column = normal(2, 1);
        same(
                Tensors.tensordot(column, b, new int[] {1}, new int[] {0}),
                column.reshape(2, 1, 1).mul(b.sum(0)));
    }

    /** The element at (i p + k, j q + l) of a Kronecker product of an (m, n) and a (p, q) matrix is a_ij b_kl. */
    @Test
    void kroneckerProduct() {
        Tensor a = normal(2, 3);
        Tensor b = normal(4, 5);
        double[][] expected = new double[8][15];
        for (int r = 0; r < 8; r++) {
            for (int c = 0; c < 15; c++) {
                expected[r][c] = a.select(0, r / 4).select(0, c / 5).item()
                        * b.select(0, r % 4).select(0, c % 5).item();
            }
        }
        same(Tensors.kron(a, b), Tensors.of(expected));
        // (A x B) (C x D) = (A C) x (B D)
        Tensor c = normal(3, 2);
        Tensor d = normal(5, 4);
        same(Tensors.kron(a, b).matmul(Tensors.kron(c, d)), Tensors.kron(a.matmul(c), b.matmul(d)));
        same(Tensors.kron(normal(), b).mul(0), b.mul(0));
        assertThat(Tensors.kron(normal(3), normal(2, 1, 2)).shape()).isEqualTo(Shape.of(2, 1, 6));
        assertThat(Tensors.kron(normal(0, 3), normal(2, 2)).shape()).isEqualTo(Shape.of(0, 6));
    }

    @Test
    void bilinearFormsOfEachOutput() {
        Tensor x = normal(2, 3, 4);
        Tensor y = normal(2, 3, 5);
        Tensor w = normal(6, 4, 5);
        Tensor bias = normal(6);
        for (int o = 0; o < 6; o++) {
            Tensor form = x.matmul(w.select(0, o)).mul(y).sum(-1);
            same(Functional.bilinear(x, y, w, null).select(-1, o), form);
            same(Functional.bilinear(x, y, w, bias).select(-1, o), form.add(bias.select(0, o)));
        }
    }
}
