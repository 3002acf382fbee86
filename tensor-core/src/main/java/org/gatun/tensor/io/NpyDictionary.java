package org.gatun.tensor.io;

import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gatun.tensor.DType;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/** Reads the Python dictionary in an {@code .npy} header, character by character: no expression is evaluated. */
final class NpyDictionary {
    private static final String READABLE = "what can be read is f2, f4, f8, i1, i2, i4, i8, u1 and b1";

    private final Path file;
    private final String prefix;
    private final String text;
    private int at;
    private @Nullable DType dtype;
    private ByteOrder order = ByteOrder.LITTLE_ENDIAN;
    private @Nullable Boolean fortran;
    private @Nullable Shape shape;

    NpyDictionary(Path file, String prefix, String text) {
        this.file = file;
        this.prefix = prefix;
        this.text = text;
    }

    /** The header, which with what stands before the dictionary takes {@code length} bytes. */
    NpyHeader header(long length) throws TensorFileException {
        expect("header", '{');
        while (!take('}')) {
            String key = string("header");
            expect(key, ':');
            switch (key) {
                case "descr" -> {
                    once(key, dtype);
                    dtype = descr();
                }
                case "fortran_order" -> {
                    once(key, fortran);
                    fortran = truth();
                }
                case "shape" -> {
                    once(key, shape);
                    shape = shape();
                }
                default -> throw problem(key, "there is no such key: an array has descr, fortran_order and shape");
            }
            if (!take(',')) {
                expect("header", '}');
                break;
            }
        }
        skipSpace();
        if (at < text.length()) {
            throw problem("header", "there is more behind the dictionary; only spaces and a line's end may follow");
        }
        DType foundType = require("descr", dtype);
        boolean foundOrder = require("fortran_order", fortran);
        Shape found = require("shape", shape);
        try {
            long bytes = Math.multiplyExact(found.elements(), foundType.bytes());
            return new NpyHeader(foundType, order, foundOrder, found, length, bytes);
        } catch (ArithmeticException e) {
            throw new TensorFileException(file, prefix + "shape", found + " has more than 2^63 - 1 bytes", e);
        }
    }

    private void once(String key, @Nullable Object before) throws TensorFileException {
        if (before != null) {
            throw problem(key, "it stands twice");
        }
    }

    private <T> T require(String key, @Nullable T value) throws TensorFileException {
        if (value == null) {
            throw problem(key, "it is missing");
        }
        return value;
    }

    private DType descr() throws TensorFileException {
        skipSpace();
        if (peek() == '[' || peek() == '(') {
            String shown = text.substring(at).strip();
            throw problem(
                    "descr",
                    (shown.length() > 80 ? shown.substring(0, 80) + "..." : shown)
                            + " is a structured dtype: save each of its fields as an array of its own, a['field']");
        }
        String descr = string("descr");
        String code = descr.isEmpty() ? "" : descr.substring(1);
        DType found = switch (code) {
            case "f4" -> DType.F32;
            case "f8" -> DType.F64;
            case "f2" -> DType.F16;
            case "i8" -> DType.I64;
            case "i4" -> DType.I32;
            case "i2" -> DType.I16;
            case "i1" -> DType.I8;
            case "u1" -> DType.U8;
            case "b1" -> DType.BOOL;
            default -> throw problem("descr", "'" + descr + "' " + remedy(code) + "; " + READABLE);
        };
        char first = descr.charAt(0);
        if (first != '<' && first != '>' && !(first == '|' && found.bytes() == 1)) {
            throw problem(
                    "descr",
                    "'" + descr + "' does not say in which order its bytes are: '<" + code + "' or '>" + code
                            + "' does; save the array with numpy.save");
        }
        order = first == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        return found;
    }

    private static String remedy(String code) {
        return switch (code.isEmpty() ? ' ' : code.charAt(0)) {
            case 'O' -> "holds pickled Python objects, which are never read: save a.astype(numpy.float32)";
            case 'V' -> "is a structured or raw dtype: save each of its fields as an array of its own, a['field']";
            case 'c' -> "is complex: save a.real and a.imag as two arrays";
            case 'f' -> "is no dtype of tensors: save a.astype(numpy.float32) or a.astype(numpy.float64)";
            case 'i', 'u' -> "is no dtype of tensors: save a.astype(numpy.int32) or a.astype(numpy.int64)";
            case 'S', 'U', 'a' -> "is text: save numbers that stand for it";
            case 'M', 'm' -> "is a date or a duration: save a.astype(numpy.int64)";
            default -> "is no dtype of tensors: save a.astype(numpy.float32)";
        };
    }

    private boolean truth() throws TensorFileException {
        skipSpace();
        for (boolean value : new boolean[] {false, true}) {
            String word = value ? "True" : "False";
            if (text.startsWith(word, at)) {
                at += word.length();
                return value;
            }
        }
        throw problem("fortran_order", "it must be True or False");
    }

    private Shape shape() throws TensorFileException {
        List<Long> sizes = new ArrayList<>();
        expect("shape", '(');
        boolean comma = true;
        while (!take(')')) {
            if (!comma) {
                throw problem("shape", "a ',' or ')' must follow " + sizes.getLast());
            }
            if (sizes.size() == NpyHeader.MOST_AXES) {
                throw problem("shape", "it has more than " + NpyHeader.MOST_AXES + " numbers");
            }
            sizes.add(number());
            comma = take(',');
        }
        if (sizes.size() == 1 && !comma) {
            throw problem("shape", "(" + sizes.getFirst() + ") is a number: one axis is (" + sizes.getFirst() + ",)");
        }
        try {
            return Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
        } catch (ShapeException e) {
            throw new TensorFileException(file, prefix + "shape", sizes + " is not a shape: " + e.getMessage(), e);
        }
    }

    private long number() throws TensorFileException {
        skipSpace();
        int from = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        String digits = text.substring(from, at);
        boolean whole = !digits.isEmpty() && (digits.length() == 1 || digits.charAt(0) != '0');
        try {
            if (whole) {
                long number = Long.parseLong(digits);
                if (peek() == 'L') { // a long of Python 2, whose arrays are still about
                    at++;
                }
                return number;
            }
        } catch (NumberFormatException e) {
            throw new TensorFileException(
                    file, prefix + "shape", digits + " is not a whole number from 0 to 2^63 - 1", e);
        }
        int to = Math.min(text.length(), Math.max(at, from + 1));
        throw problem("shape", "'" + text.substring(from, to) + "' begins no whole number from 0 to 2^63 - 1");
    }

    /** A string in quotes of either kind. */
    private String string(String field) throws TensorFileException {
        skipSpace();
        char quote = peek();
        if (quote != '\'' && quote != '"') {
            throw problem(field, "a string in quotes must stand at character " + at);
        }
        int end = text.indexOf(quote, at + 1);
        if (end < 0) {
            throw problem(field, "the string at character " + at + " does not end");
        }
        String found = text.substring(at + 1, end);
        if (found.indexOf('\\') >= 0 || found.indexOf('\n') >= 0) {
            throw problem(field, "the string at character " + at + " has a '\\' or a line's end in it");
        }
        at = end + 1;
        return found;
    }

    private void expect(String field, char c) throws TensorFileException {
        if (!take(c)) {
            throw problem(field, "a '" + c + "' must stand at character " + at);
        }
    }

    private boolean take(char c) {
        skipSpace();
        boolean here = peek() == c;
        if (here) {
            at++;
        }
        return here;
    }

    private void skipSpace() {
        while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') {
            at++;
        }
    }

    /** The character that follows; behind the last, one that no dictionary has. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : '\uffff';
    }

    private TensorFileException problem(String field, String what) {
        return new TensorFileException(file, prefix + field, what);
    }
}
