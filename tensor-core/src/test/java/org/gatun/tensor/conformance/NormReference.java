package org.gatun.tensor.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import org.assertj.core.data.Offset;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.composite.RowNorm;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.trace.Dispatch;

/**
 * Rows normalised one number at a time in double precision, and the cotangents of rows, weight and bias by their definitions; and the checks
 * of the kernels of a device against them.
 *
 * @param y the result
 * @param dx the cotangent of the rows
 * @param dw the cotangent of the weight
 * @param db the cotangent of the bias
 */
@SuppressWarnings("ArrayRecordComponent") // results of a reference, read once
public record NormReference(double[] y, double[] dx, double[] dw, double[] db) {
    private static final double EPSILON = 1e-3;

    private static NormReference of(
            double[] x, double[] g, double[] weight, double[] bias, int n, boolean centred, double epsilon) {
        double[] y = new double[x.length];
        double[] dx = new double[x.length];
        double[] dw = new double[n];
        double[] db = new double[n];
        for (int r = 0; r < x.length / n; r++) {
            double[] row = Arrays.copyOfRange(x, r * n, (r + 1) * n);
            double mean = centred ? Arrays.stream(row).sum() / n : 0;
            double variance =
                    Arrays.stream(row).map(v -> (v - mean) * (v - mean)).sum() / n;
            double scale = 1 / Math.sqrt(variance + epsilon);
            double sum = 0;
            double products = 0;
            for (int i = 0; i < n; i++) {
                double h = g[r * n + i] * weight[i];
                sum += h;
                products += h * (row[i] - mean) * scale;
            }
            for (int i = 0; i < n; i++) {
                double xhat = (row[i] - mean) * scale;
                double h = g[r * n + i] * weight[i];
                y[r * n + i] = xhat * weight[i] + bias[i];
                dx[r * n + i] = scale * (h - (centred ? sum / n : 0) - xhat * products / n);
                dw[i] += g[r * n + i] * xhat;
                db[i] += g[r * n + i];
            }
        }
        return new NormReference(y, dx, dw, db);
    }

    /** Checks a device on rows of a size: with and without centring, weight and bias, and from views too. */
    public static void check(Device device, DType dtype, int rows, int n) {
        // Multiples of powers of two that every dtype holds.
        double[] x = numbers(rows * n, 37, 101, 1 / 8.0);
        double[] g = numbers(rows * n, 23, 31, 1 / 4.0);
        double[] weight = numbers(n, 11, 17, 1 / 8.0);
        double[] bias = numbers(n, 5, 13, 1 / 2.0);
        double[] ones = new double[n];
        Arrays.fill(ones, 1);
        double precision = switch (dtype) {
            case F64 -> 1e-12;
            case F32 -> 4e-6;
            case F16 -> 0x1p-10;
            case BF16 -> 0x1p-7;
            case I64, I32, I16, I8, U8, BOOL -> throw new IllegalArgumentException(dtype.name());
        };
        for (int kind = 0; kind < 4; kind++) {
            boolean weighted = kind == 0 || kind == 3;
            boolean biased = kind < 2;
            RowNorm op = new RowNorm(kind < 3, EPSILON, weighted, biased);
            NormReference expected =
                    of(x, g, weighted ? weight : ones, biased ? bias : new double[n], n, kind < 3, EPSILON);
            Tensor xs = place(x, dtype, device, rows, n);
            Tensor gs = place(g, dtype, device, rows, n);
            if (kind == 1) {
                xs = xs.t().contiguous().t();
                gs = gs.t().contiguous().t();
            }
            Tensor[] operands = new Tensor[op.arity()];
            operands[0] = xs;
            if (weighted) {
                operands[1] = place(weight, dtype, device, n);
            }
            if (biased) {
                operands[operands.length - 1] = place(bias, dtype, device, n);
            }
            String place = op + " of " + dtype + " " + rows + " x " + n + " on " + device;
            Tensor[] results = Dispatch.bindAll(new Op.Call(op), operands);
            assertThat(results[0].dtype()).isEqualTo(dtype);
            assertThat(results[1].dtype()).isEqualTo(dtype.arithmetic());
            agree(place, results[0], expected.y, precision);
            var rule = op.derivative().orElseThrow();
            List<Tensor> seeds = List.of(gs, results[1]);
            List<Tensor> found = rule.vjp(List.of(operands), List.of(results), seeds, i -> true);
            agree(place + ": cotangent of x", found.get(0), expected.dx, precision);
            if (weighted) {
                agree(place + ": cotangent of the weight", found.get(1), expected.dw, precision);
            }
            if (biased) {
                agree(place + ": cotangent of the bias", found.get(found.size() - 1), expected.db, precision);
                IntPredicate last = i -> i == op.arity() - 1;
                Tensor alone = rule.vjp(List.of(operands), List.of(results), seeds, last)
                        .get(op.arity() - 1);
                assertThat(read(alone)).isEqualTo(read(found.get(found.size() - 1)));
            }
        }
    }

    /** Up and down, in no apparent order, and not the same in each row. */
    private static double[] numbers(int count, int step, int period, double unit) {
        double[] x = new double[count];
        Arrays.setAll(x, i -> ((long) i * step % period - period / 2) * unit);
        return x;
    }

    public static Tensor place(double[] x, DType dtype, Device device, long... sizes) {
        return Tensors.of(x).to(dtype).reshape(sizes).to(device);
    }

    public static double[] read(Tensor x) {
        return x.to(Device.CPU).to(DType.F64).toDoubleArray();
    }

    /** Within a part of the largest number. */
    public static void agree(String place, Tensor found, double[] expected, double precision) {
        double most = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        assertThat(read(found)).as(place).containsExactly(expected, Offset.offset(precision * Math.max(1, most)));
    }
}
