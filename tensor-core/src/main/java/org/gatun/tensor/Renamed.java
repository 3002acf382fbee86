package org.gatun.tensor;

import java.util.function.Supplier;

/** Calls of one method by another, whose errors name the one that the user called. */
final class Renamed {
    private Renamed() {}

    static Tensor call(String inner, String outer, Supplier<Tensor> body) {
        try {
            return body.get();
        } catch (ShapeException e) {
            throw new ShapeException(renamed(inner, outer, e), e);
        } catch (DTypeException e) {
            throw new DTypeException(renamed(inner, outer, e), e);
        } catch (IndexOutOfBoundsException e) {
            var named = new IndexOutOfBoundsException(renamed(inner, outer, e));
            named.initCause(e);
            throw named;
        }
    }

    private static String renamed(String inner, String outer, RuntimeException e) {
        String message = String.valueOf(e.getMessage());
        return message.startsWith(inner + ":") ? outer + message.substring(inner.length()) : message;
    }
}
