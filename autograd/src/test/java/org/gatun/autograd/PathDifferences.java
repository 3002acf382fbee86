package org.gatun.autograd;

import java.util.Arrays;
import java.util.List;
import org.gatun.tensor.conformance.CompositeSample;

/** Derivatives along the path of a sample by central differences of fourth order. */
final class PathDifferences {
    private static final double STEP = 5e-4;
    private static final int[] AT = {-2, -1, 1, 2};
    private static final double[] WEIGHT = {1 / 12.0, -8 / 12.0, 8 / 12.0, -1 / 12.0};

    private final CompositeSample.Path path;
    private final double[] point;
    private final double[] v;

    private PathDifferences(CompositeSample.Path path, double[] point, double[] v) {
        this.path = path;
        this.point = point;
        this.v = v;
    }

    /** J v, J' u, and the derivative of J' u along v. */
    static List<double[]> of(CompositeSample.Path path, double[] point, double[] v, double[] u) {
        var differences = new PathDifferences(path, point, v);
        double[] forward = new double[u.length];
        double[] reverse = new double[point.length];
        double[] second = new double[point.length];
        for (int s = 0; s < AT.length; s++) {
            double weight = WEIGHT[s] / STEP;
            double[] moved = differences.at(AT[s], 0, 0);
            Arrays.setAll(forward, j -> forward[j] + weight * moved[j]);
            for (int i = 0; i < point.length; i++) {
                reverse[i] += weight * dot(u, differences.at(0, i, AT[s]));
                for (int t = 0; t < AT.length; t++) {
                    second[i] += weight * WEIGHT[t] / STEP * dot(u, differences.at(AT[t], i, AT[s]));
                }
            }
        }
        return List.of(forward, reverse, second);
    }

    /** The path at so many steps from the point along v, and so many along axis i. */
    private double[] at(int along, int i, int aside) {
        double[] p = point.clone();
        for (int k = 0; k < p.length; k++) {
            p[k] += along * STEP * v[k];
        }
        if (aside != 0) {
            p[i] += aside * STEP;
        }
        return path.at(point, p);
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }
}
