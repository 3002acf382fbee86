package org.gatun.tensor.conformance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.ir.TypeRules;

/**
 * Linear algebra from the textbook, in double, one matrix at a time: Gaussian elimination, Cholesky's recurrence, Householder's
 * reflections, and Jacobi's rotations for eigenvalues (two-sided) and singular values (one-sided). Vectors that are defined up to their
 * sign have the first element that is not small positive.
 */
final class ReferenceLinearAlgebra {
    private ReferenceLinearAlgebra() {}

    static List<HostArray> run(Op.LinearAlgebra op, List<HostArray> in) {
        HostArray a = in.get(0);
        List<TensorType> types =
                TypeRules.infer(op, in.stream().map(HostArray::type).toList());
        int m = (int) a.shape().size(-2);
        int n = (int) a.shape().size(-1);
        int batch = 1;
        for (int axis = 0; axis < a.shape().rank() - 2; axis++) {
            batch *= (int) a.shape().size(axis);
        }
        var parts = new ArrayList<double[][]>();
        for (int r = 0; r < types.size(); r++) {
            parts.add(new double[batch][]);
        }
        for (int b = 0; b < batch; b++) {
            double[][] matrix = matrix(a, b, m, n);
            List<double[][]> results = switch (op) {
                case Op.Cholesky cholesky -> List.<double[][]>of(cholesky(matrix));
                case Op.Lu lu -> lu(matrix, m, n);
                case Op.Qr qr -> qr(matrix, m, n, qr.complete() ? m : Math.min(m, n));
                case Op.Eigh eigh -> eigh(matrix, n);
                case Op.Svd svd -> svd(matrix, m, n, svd.full());
                case Op.TriangularSolve solve ->
                    List.<double[][]>of(solve(solve, matrix, matrix(in.get(1), b, m, (int)
                            in.get(1).shape().size(-1))));
            };
            for (int r = 0; r < types.size(); r++) {
                parts.get(r)[b] = Arrays.stream(results.get(r))
                        .flatMapToDouble(Arrays::stream)
                        .toArray();
            }
        }
        var out = new ArrayList<HostArray>();
        for (int r = 0; r < types.size(); r++) {
            double[] all =
                    Arrays.stream(parts.get(r)).flatMapToDouble(Arrays::stream).toArray();
            DType dtype = types.get(r).dtype();
            out.add(
                    dtype.isFloating()
                            ? HostArray.reals(dtype, types.get(r).shape(), i -> all[i])
                            : HostArray.wholes(dtype, types.get(r).shape(), i -> (long) all[i]));
        }
        return out;
    }

    private static double[][] matrix(HostArray a, int b, int m, int n) {
        double[][] matrix = new double[m][n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                matrix[i][j] = a.real((b * m + i) * n + j);
            }
        }
        return matrix;
    }

    private static double[][] cholesky(double[][] a) {
        int n = a.length;
        double[][] l = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = a[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= l[i][k] * l[j][k];
                }
                l[i][j] = i == j ? Math.sqrt(sum) : sum / l[j][j];
            }
        }
        return l;
    }

    private static List<double[][]> lu(double[][] a, int m, int n) {
        double[] order = IntStream.range(0, m).asDoubleStream().toArray();
        double sign = 1;
        for (int k = 0; k < Math.min(m, n); k++) {
            int best = k;
            for (int i = k + 1; i < m; i++) {
                best = Math.abs(a[i][k]) > Math.abs(a[best][k]) ? i : best;
            }
            if (best != k) {
                sign = -sign;
                double[] row = a[k];
                a[k] = a[best];
                a[best] = row;
                double place = order[k];
                order[k] = order[best];
                order[best] = place;
            }
            for (int i = k + 1; i < m && a[k][k] != 0; i++) {
                a[i][k] /= a[k][k];
                for (int j = k + 1; j < n; j++) {
                    a[i][j] -= a[i][k] * a[k][j];
                }
            }
        }
        return List.of(a, new double[][] {order}, new double[][] {{sign}});
    }

    private static List<double[][]> qr(double[][] a, int m, int n, int columns) {
        double[][] q = identity(m);
        for (int k = 0; k < Math.min(m, n); k++) {
            double below = 0;
            for (int i = k + 1; i < m; i++) {
                below = Math.hypot(below, a[i][k]);
            }
            if (below == 0) {
                continue; // LAPACK leaves such a column, and its sign, alone
            }
            double[] v = new double[m];
            for (int i = k; i < m; i++) {
                v[i] = a[i][k];
            }
            v[k] += Math.copySign(Math.hypot(v[k], below), v[k]);
            double square = dot(v, v);
            for (int j = 0; j < n; j++) {
                reflect(a, v, square, j);
            }
            // Q = H1 H2 ...: its rows are reflected from the right
            for (double[] row : q) {
                double s = 2 * dot(row, v) / square;
                for (int i = 0; i < m; i++) {
                    row[i] -= s * v[i];
                }
            }
        }
        double[][] r = new double[columns][n];
        for (int i = 0; i < columns; i++) {
            for (int j = i; j < n; j++) {
                r[i][j] = a[i][j];
            }
        }
        return List.of(columns(q, columns), r);
    }

    private static void reflect(double[][] a, double[] v, double square, int j) {
        double s = 0;
        for (int i = 0; i < v.length; i++) {
            s += v[i] * a[i][j];
        }
        for (int i = 0; i < v.length; i++) {
            a[i][j] -= 2 * s / square * v[i];
        }
    }

    private static List<double[][]> eigh(double[][] lower, int n) {
        double[][] a = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                a[i][j] = i >= j ? lower[i][j] : lower[j][i];
            }
        }
        double[][] v = identity(n);
        for (int sweep = 0; sweep < 60; sweep++) {
            for (int p = 0; p < n; p++) {
                for (int q = p + 1; q < n; q++) {
                    if (a[p][q] != 0) {
                        double angle = 0.5 * Math.atan2(2 * a[p][q], a[q][q] - a[p][p]);
                        double c = Math.cos(angle);
                        double s = Math.sin(angle);
                        rotateColumns(a, p, q, c, s);
                        rotateRows(a, p, q, c, s);
                        rotateColumns(v, p, q, c, s);
                    }
                }
            }
        }
        int[] order = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> a[i][i]))
                .mapToInt(i -> i)
                .toArray();
        double[] values = new double[n];
        double[][] vectors = new double[n][n];
        for (int k = 0; k < n; k++) {
            values[k] = a[order[k]][order[k]];
            double sign = sign(column(v, order[k]));
            for (int i = 0; i < n; i++) {
                vectors[i][k] = sign * v[i][order[k]];
            }
        }
        return List.of(new double[][] {values}, vectors);
    }

    private static void rotateColumns(double[][] a, int p, int q, double c, double s) {
        for (double[] row : a) {
            double x = row[p];
            double y = row[q];
            row[p] = c * x - s * y;
            row[q] = s * x + c * y;
        }
    }

    private static void rotateRows(double[][] a, int p, int q, double c, double s) {
        for (int j = 0; j < a.length; j++) {
            double x = a[p][j];
            double y = a[q][j];
            a[p][j] = c * x - s * y;
            a[q][j] = s * x + c * y;
        }
    }

    /** Rotates the columns of A until they are orthogonal: they are then U diag(s), and the rotations are V. */
    private static List<double[][]> svd(double[][] a, int m, int n, boolean full) {
        if (m < n) {
            List<double[][]> other = svd(transpose(a, m, n), n, m, full);
            double[][] u = transpose(other.get(2), m, m);
            double[][] vt = transpose(other.get(0), n, full ? n : m);
            for (int k = 0; k < m; k++) {
                if (sign(column(u, k)) < 0) {
                    negate(u, k);
                    vt[k] = Arrays.stream(vt[k]).map(x -> -x).toArray();
                }
            }
            return List.of(u, other.get(1), vt);
        }
        double[][] v = identity(n);
        for (int sweep = 0; sweep < 60; sweep++) {
            for (int p = 0; p < n; p++) {
                for (int q = p + 1; q < n; q++) {
                    double pq = dot(column(a, p), column(a, q));
                    if (pq != 0) {
                        double qq = dot(column(a, q), column(a, q));
                        double angle = 0.5 * Math.atan2(2 * pq, qq - dot(column(a, p), column(a, p)));
                        rotateColumns(a, p, q, Math.cos(angle), Math.sin(angle));
                        rotateColumns(v, p, q, Math.cos(angle), Math.sin(angle));
                    }
                }
            }
        }
        int[] order = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -dot(column(a, i), column(a, i))))
                .mapToInt(i -> i)
                .toArray();
        double[] s = new double[n];
        double[][] u = new double[m][full ? m : n];
        double[][] vt = new double[n][n];
        for (int k = 0; k < n; k++) {
            double[] left = column(a, order[k]);
            s[k] = Math.sqrt(dot(left, left));
            double sign = sign(left);
            for (int i = 0; i < m; i++) {
                u[i][k] = s[k] == 0 ? 0 : sign * left[i] / s[k];
            }
            for (int j = 0; j < n; j++) {
                vt[k][j] = sign * v[j][order[k]];
            }
        }
        int independent = (int) Arrays.stream(s).filter(x -> x > 1e-13 * s[0]).count();
        complete(u, m, independent);
        return List.of(u, new double[][] {s}, vt);
    }

    /** Makes the columns from {@code known} on orthonormal to those before, from unit vectors. */
    private static void complete(double[][] u, int m, int known) {
        int all = m == 0 ? 0 : u[0].length;
        for (int k = known; k < all; k++) {
            double[] best = new double[m];
            for (int unit = 0; unit < m; unit++) {
                double[] x = new double[m];
                x[unit] = 1;
                for (int twice = 0; twice < 2; twice++) {
                    for (int j = 0; j < k; j++) {
                        double[] other = column(u, j);
                        double along = dot(x, other);
                        for (int i = 0; i < m; i++) {
                            x[i] -= along * other[i];
                        }
                    }
                }
                best = dot(x, x) > dot(best, best) ? x : best;
            }
            double scale = sign(best) / Math.sqrt(dot(best, best));
            for (int i = 0; i < m; i++) {
                u[i][k] = scale * best[i];
            }
        }
    }

    private static double[][] solve(Op.TriangularSolve op, double[][] a, double[][] b) {
        int n = a.length;
        for (int step = 0; step < n; step++) {
            int i = op.upper() ? n - 1 - step : step;
            for (int c = 0; c < b[i].length; c++) {
                for (int k = op.upper() ? i + 1 : 0; k < (op.upper() ? n : i); k++) {
                    b[i][c] -= a[i][k] * b[k][c];
                }
                b[i][c] /= op.unit() ? 1 : a[i][i];
            }
        }
        return b;
    }

    // ---- vectors and matrices ----

    private static double sign(double[] x) {
        double largest = Arrays.stream(x).map(Math::abs).max().orElse(0);
        return Arrays.stream(x)
                                .filter(e -> Math.abs(e) > 0.37 * largest)
                                .findFirst()
                                .orElse(1)
                        < 0
                ? -1
                : 1;
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    private static double[] column(double[][] a, int j) {
        return Arrays.stream(a).mapToDouble(row -> row[j]).toArray();
    }

    private static void negate(double[][] a, int j) {
        for (double[] row : a) {
            row[j] = -row[j];
        }
    }

    private static double[][] columns(double[][] a, int count) {
        return Arrays.stream(a).map(row -> Arrays.copyOf(row, count)).toArray(double[][]::new);
    }

    private static double[][] identity(int n) {
        double[][] a = new double[n][n];
        for (int i = 0; i < n; i++) {
            a[i][i] = 1;
        }
        return a;
    }

    /** The transpose of an m by n matrix; the sizes are given because one may be 0. */
    private static double[][] transpose(double[][] a, int m, int n) {
        double[][] t = new double[n][m];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                t[j][i] = a[i][j];
            }
        }
        return t;
    }
}
