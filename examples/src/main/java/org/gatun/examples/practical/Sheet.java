package org.gatun.examples.practical;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;
import org.gatun.tensor.Tensor;

/** Prints each answer beside the one that was worked out by hand, and counts those that differ. */
public final class Sheet {
    private final PrintWriter out;
    private int answers;
    private int different;

    /** A sheet that prints to {@code out}. */
    public Sheet(PrintWriter out) {
        this.out = out;
    }

    /** Starts a section. */
    public void section(String title) {
        out.printf("%n%s%n%s%n", title, "-".repeat(title.length()));
    }

    /** Prints text as it is. */
    public void text(String text) {
        out.println(text);
    }

    /** Compares a computed number with the analytic one, to a relative 1e-9. */
    public void answer(String what, double analytic, double computed) {
        answer(what, analytic, computed, 1e-9);
    }

    /** Compares a computed number with the analytic one; numbers agree within {@code tolerance * max(1, |analytic|)}. */
    public void answer(String what, double analytic, double computed, double tolerance) {
        answer(what, new double[] {analytic}, new double[] {computed}, tolerance);
    }

    /** Compares computed numbers with the analytic ones, to a relative 1e-9. */
    public void answer(String what, double[] analytic, Tensor computed) {
        answer(what, analytic, computed.toDoubleArray(), 1e-9);
    }

    /** Compares computed numbers with the analytic ones; each agrees within {@code tolerance * max(1, |analytic|)}. */
    public void answer(String what, double[] analytic, double[] computed, double tolerance) {
        boolean equal = analytic.length == computed.length;
        for (int i = 0; equal && i < analytic.length; i++) {
            // Within any tolerance of infinity lies every number: infinities must be equal. NaN equals nothing.
            equal = analytic[i] == computed[i]
                    || (Double.isFinite(analytic[i])
                            && Math.abs(analytic[i] - computed[i]) <= tolerance * Math.max(1, Math.abs(analytic[i])));
        }
        answers++;
        if (!equal) {
            different++;
        }
        out.printf(
                Locale.ROOT,
                "%-58s analytic %s  computed %s  %s%n",
                what,
                numbers(analytic),
                numbers(computed),
                equal ? "ok" : "DIFFERENT");
    }

    /** Records whether something that is no number holds. */
    public void holds(String what, boolean holds) {
        answers++;
        if (!holds) {
            different++;
        }
        out.printf("%-58s %s%n", what, holds ? "ok" : "DIFFERENT");
    }

    /**
     * Prints how many answers differ.
     *
     * @return the exit status: 0 when none does, otherwise 1
     */
    public int finish() {
        out.printf("%n%d answers, %d different%n", answers, different);
        out.flush();
        return different == 0 ? 0 : 1;
    }

    /** The number of answers so far. */
    public int answers() {
        return answers;
    }

    /** The number of answers that differ. */
    public int different() {
        return different;
    }

    private static String numbers(double[] values) {
        if (values.length == 1) {
            return number(values[0]);
        }
        int shown = Math.min(values.length, 6);
        String list = String.join(
                ", ", Arrays.stream(values, 0, shown).mapToObj(Sheet::number).toList());
        return "[" + list + (shown < values.length ? ", .. " + values.length + " numbers" : "") + "]";
    }

    private static String number(double x) {
        return String.format(Locale.ROOT, "%.6g", x);
    }
}
