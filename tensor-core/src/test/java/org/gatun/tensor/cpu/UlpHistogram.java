package org.gatun.tensor.cpu;

import java.util.Locale;

/** Counts results by their distance from the true value, in units in the last place. */
final class UlpHistogram {
    private final long[] counts = new long[8];
    private double worst;
    private double worstArgument = Double.NaN;
    private double worstSecondArgument = Double.NaN;

    /** The distance of {@code got} from {@code want} in ulps of {@code want} rounded to a float; infinite where one is special and the other not equal. */
    static double floatUlps(float got, double want) {
        float rounded = (float) want;
        if (special(got, rounded)) {
            return same(got, rounded) ? 0 : Double.POSITIVE_INFINITY;
        }
        return Math.abs(got - want) / Math.ulp(rounded);
    }

    /** The distance of {@code got} from {@code want} and {@code wantLow} ulps more, in ulps of {@code want}. */
    static double doubleUlps(double got, double want, double wantLow) {
        if (special(got, want)) {
            return same(got, want) ? 0 : Double.POSITIVE_INFINITY;
        }
        return Math.abs((got - want) / Math.ulp(want) - wantLow);
    }

    private static boolean special(double got, double want) {
        return !Double.isFinite(got) || !Double.isFinite(want) || (got == 0 && want == 0);
    }

    private static boolean same(double got, double want) {
        return Double.compare(got, want) == 0;
    }

    void add(double ulps, double argument, double secondArgument) {
        counts[(int) Math.min(counts.length - 1, Math.ceil(2 * ulps - 1e-9))]++;
        if (ulps > worst) {
            worst = ulps;
            worstArgument = argument;
            worstSecondArgument = secondArgument;
        }
    }

    double worst() {
        return worst;
    }

    /** Where the worst result is: the argument, or both; empty if all results are exact. */
    String place() {
        if (worst == 0) {
            return "";
        }
        return Double.isNaN(worstSecondArgument) ? "" + worstArgument : worstArgument + ", " + worstSecondArgument;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT, "worst %.3f ulp at %s, %s; ulps:", worst, worstArgument, worstSecondArgument));
        for (int i = 0; i < counts.length; i++) {
            text.append(String.format(
                    Locale.ROOT,
                    " %s%.1f: %d",
                    i < counts.length - 1 ? "<=" : "more than ",
                    i < counts.length - 1 ? i / 2.0 : (i - 1) / 2.0,
                    counts[i]));
        }
        return text.toString();
    }
}
