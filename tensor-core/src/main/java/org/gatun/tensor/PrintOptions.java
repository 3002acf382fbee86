package org.gatun.tensor;

/**
 * How tensors are printed.
 *
 * @param precision the most digits behind the point
 * @param threshold the number of elements above which only the ends of each axis are shown
 * @param edgeItems how many elements at each end are shown then
 * @param lineWidth the number of columns after which a row goes on in the next line
 * @param scientific whether numbers always have an exponent; otherwise only where it is needed
 */
public record PrintOptions(int precision, long threshold, int edgeItems, int lineWidth, boolean scientific) {
    /** Four digits, a summary beyond 1000 elements with three at each end, 100 columns. */
    public static final PrintOptions DEFAULT = new PrintOptions(4, 1000, 3, 100, false);

    /** Checks the ranges. */
    public PrintOptions {
        if (precision < 0 || precision > 17 || threshold < 0 || edgeItems < 1 || lineWidth < 1) {
            throw new IllegalArgumentException(
                    "print options: precision " + precision + " must be from 0 to 17, threshold " + threshold
                            + " 0 or more, edge items " + edgeItems + " and line width " + lineWidth + " 1 or more");
        }
    }

    /** These options with another number of digits behind the point. */
    public PrintOptions withPrecision(int digits) {
        return new PrintOptions(digits, threshold, edgeItems, lineWidth, scientific);
    }

    /** These options with another number of elements above which tensors are summarised. */
    public PrintOptions withThreshold(long elements) {
        return new PrintOptions(precision, elements, edgeItems, lineWidth, scientific);
    }

    /** These options with another number of elements at each end of a summarised axis. */
    public PrintOptions withEdgeItems(int items) {
        return new PrintOptions(precision, threshold, items, lineWidth, scientific);
    }

    /** These options with another line width. */
    public PrintOptions withLineWidth(int columns) {
        return new PrintOptions(precision, threshold, edgeItems, columns, scientific);
    }

    /** These options with exponents everywhere, or only where they are needed. */
    public PrintOptions withScientific(boolean always) {
        return new PrintOptions(precision, threshold, edgeItems, lineWidth, always);
    }
}
