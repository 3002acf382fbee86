package org.gatun.tensor;

import java.util.ArrayList;
import java.util.List;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * An equation of {@code einsum}, read but not yet applied to shapes. An ellipsis is kept as one {@link #ELLIPSIS}.
 *
 * @param text the equation, for messages
 * @param operands the indices of each operand
 * @param output the indices of the result; null when the equation has no arrow
 */
record EinsumEquation(
        String text, List<String> operands, @Nullable String output) {
    private static final char ELLIPSIS = '.';

    /** Axes of an ellipsis are named by the characters from here on: the last axis by this one, the one before it by the next. */
    private static final char HIDDEN = 0x100;

    /** Reads an equation of as many operands as are given. */
    static EinsumEquation parse(String text, int given) {
        if (given == 0) {
            throw new IllegalArgumentException("einsum: \"" + text + "\" is applied to no operand: give one or more");
        }
        var terms = new ArrayList<String>();
        var term = new StringBuilder();
        boolean arrow = false;
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (isLetter(c)) {
                term.append(c);
            } else if (c == '.') {
                if (!text.startsWith("...", at)) {
                    throw wrong(text, "'.' at position " + at + " is no part of an ellipsis: write three, \"...\"");
                }
                if (term.indexOf(".") >= 0) {
                    throw wrong(
                            text, "a second ellipsis at position " + at + ": an operand or the output has at most one");
                }
                term.append(ELLIPSIS);
                at += 2;
            } else if (c == ',') {
                if (arrow) {
                    throw wrong(text, "',' at position " + at + " behind the arrow: there is one output");
                }
                terms.add(term.toString());
                term.setLength(0);
            } else if (c == '-') {
                if (!text.startsWith("->", at)) {
                    throw wrong(text, "'-' at position " + at + " is no arrow: write \"->\" before the output");
                }
                if (arrow) {
                    throw wrong(text, "a second arrow at position " + at + ": write \"->\" once, before the output");
                }
                arrow = true;
                terms.add(term.toString());
                term.setLength(0);
                at++;
            } else if (c == '>') {
                throw wrong(text, "'>' at position " + at + " is no arrow: write \"->\" before the output");
            } else if (c != ' ') {
                throw wrong(
                        text, "character '" + c + "' at position " + at + ": indices are letters, a to z and A to Z");
            }
        }
        if (!arrow) {
            terms.add(term.toString());
        }
        String output = arrow ? term.toString() : null;
        if (terms.size() != given) {
            throw wrong(text, "has " + terms.size() + " operands, separated by commas, but " + given + " are given");
        }
        if (output != null) {
            checkOutput(text, terms, output);
        }
        return new EinsumEquation(text, List.copyOf(terms), output);
    }

    private static void checkOutput(String text, List<String> terms, String output) {
        for (int k = 0; k < output.length(); k++) {
            char c = output.charAt(k);
            if (c != ELLIPSIS && output.indexOf(c) != k) {
                throw wrong(text, "the output repeats index '" + c + "': it names each index once");
            }
            if (c != ELLIPSIS && terms.stream().noneMatch(term -> term.indexOf(c) >= 0)) {
                throw wrong(text, "the output has index '" + c + "', which no operand has");
            }
        }
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static IllegalArgumentException wrong(String text, String what) {
        return new IllegalArgumentException("einsum: \"" + text + "\": " + what);
    }

    /** The contraction for operands of the given shapes. */
    Contraction bind(List<Shape> shapes) {
        var labels = new ArrayList<String>();
        int hidden = 0;
        for (int k = 0; k < operands.size(); k++) {
            String term = operands.get(k);
            int rank = shapes.get(k).rank();
            boolean open = term.indexOf(ELLIPSIS) >= 0;
            int covered = rank - (open ? term.length() - 1 : term.length());
            if (open ? covered < 0 : covered != 0) {
                throw new ShapeException("einsum: \"" + text + "\": operand " + k + ", \"" + shown(term) + "\", names "
                        + (rank - covered) + " axes, but its shape " + shapes.get(k) + " has " + rank
                        + (covered > 0 ? ": name them all, or let an ellipsis stand for the others" : ""));
            }
            hidden = open ? Math.max(hidden, covered) : hidden;
            labels.add(open ? term.replace(String.valueOf(ELLIPSIS), hiddenLabels(covered)) : term);
        }
        checkSizes(labels, shapes);
        try {
            return Contraction.plan(labels, result(labels, hidden), shapes);
        } catch (ShapeException e) { // more elements than can be counted
            throw new ShapeException("einsum: \"" + text + "\" of shapes " + shapes + ": " + e.getMessage(), e);
        }
    }

    private String result(List<String> labels, int hidden) {
        if (output != null) {
            return output.replace(String.valueOf(ELLIPSIS), hiddenLabels(hidden));
        }
        // Without an arrow: the axes of the ellipsis, then the indices that occur once, in alphabetical order.
        String all = String.join("", labels);
        var result = new StringBuilder(hiddenLabels(hidden));
        all.chars()
                .filter(c -> c < HIDDEN && all.indexOf(c) == all.lastIndexOf(c))
                .sorted()
                .forEach(c -> result.append((char) c));
        return result.toString();
    }

    private static String hiddenLabels(int count) {
        var labels = new StringBuilder();
        for (int k = count - 1; k >= 0; k--) {
            labels.append((char) (HIDDEN + k));
        }
        return labels.toString();
    }

    private void checkSizes(List<String> labels, List<Shape> shapes) {
        String all = String.join("", labels);
        for (int i = 0; i < all.length(); i++) {
            char label = all.charAt(i);
            long size = 1;
            int from = -1;
            for (int k = 0; k < labels.size(); k++) {
                String term = labels.get(k);
                int first = term.indexOf(label);
                for (int axis = first; axis >= 0; axis = term.indexOf(label, axis + 1)) {
                    long n = shapes.get(k).size(axis);
                    long here = shapes.get(k).size(first);
                    if (n != here) {
                        throw new ShapeException("einsum: \"" + text + "\": operand " + k + " of shape " + shapes.get(k)
                                + " repeats index '" + label + "' with sizes " + here + " and " + n
                                + ": a diagonal needs equal sizes");
                    }
                    if (n != 1 && size != 1 && n != size) {
                        throw new ShapeException("einsum: \"" + text + "\": "
                                + (label < HIDDEN
                                        ? "index '" + label + "'"
                                        : "axis " + -(label - HIDDEN + 1) + " of the ellipsis")
                                + " has size " + n + " in operand " + k + " of shape " + shapes.get(k) + " but " + size
                                + " in operand " + from + " of shape " + shapes.get(from)
                                + ": the sizes must be equal, or one of them 1");
                    }
                    if (n != 1) {
                        size = n;
                        from = k;
                    }
                }
            }
        }
    }

    private static String shown(String term) {
        return term.replace(String.valueOf(ELLIPSIS), "...");
    }
}
