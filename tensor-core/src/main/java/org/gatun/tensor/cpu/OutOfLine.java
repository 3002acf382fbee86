package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Calls of kernels that the JVM does not inline. A kernel that runs three others would become one method of all their code, in which
 * the JVM stops inlining half way; what is left of the vector operations then makes an object of every vector, ten times slower. A
 * method handle that is no constant stays a call.
 */
final class OutOfLine {
    private static final MethodType UNARY = MethodType.methodType(void.class, long.class, long.class, long.class);
    private static final MethodType BINARY = UNARY.appendParameterTypes(long.class);

    private static final MethodType ROW_SUM =
            MethodType.methodType(float.class, long.class, int.class, float.class, long.class);

    private OutOfLine() {}

    /** A loop over a row of floats that gives a sum. */
    @FunctionalInterface
    interface RowSum {
        /**
         * The sum of a function of {@code x[i] - shift}, whose values it may write.
         *
         * @param x address of n floats
         * @param out where the values go
         */
        float of(long x, int n, float shift, long out);
    }

    /** A loop that calls another. */
    static RowSum rowSum(RowSum loop) {
        return new Sum(handle(RowSum.class, "of", ROW_SUM, loop));
    }

    /** A kernel that calls another. */
    static UnaryKernel unary(UnaryKernel kernel) {
        return new Unary(handle(UnaryKernel.class, "apply", UNARY, kernel));
    }

    /** A kernel that calls another. */
    static BinaryKernel binary(BinaryKernel kernel) {
        return new Binary(
                handle(BinaryKernel.class, "apply", BINARY, kernel),
                handle(BinaryKernel.class, "applyScalarRight", BINARY, kernel),
                handle(BinaryKernel.class, "applyScalarLeft", BINARY, kernel));
    }

    private static MethodHandle handle(Class<?> type, String method, MethodType signature, Object kernel) {
        try {
            return MethodHandles.lookup().findVirtual(type, method, signature).bindTo(kernel);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot call " + method + " of " + type, e);
        }
    }

    /** No record: fields of a constant record are constants, and the call would be inlined. */
    private static final class Sum implements RowSum {
        private final MethodHandle handle;

        Sum(MethodHandle handle) {
            this.handle = handle;
        }

        @Override
        public float of(long x, int n, float shift, long out) {
            try {
                return (float) handle.invokeExact(x, n, shift, out);
            } catch (Throwable e) {
                throw rethrown(e);
            }
        }
    }

    private record Unary(MethodHandle handle) implements UnaryKernel {
        @Override
        public void apply(long x, long out, long n) {
            try {
                handle.invokeExact(x, out, n);
            } catch (Throwable e) {
                throw rethrown(e);
            }
        }
    }

    private record Binary(MethodHandle all, MethodHandle right, MethodHandle left) implements BinaryKernel {
        @Override
        public void apply(long a, long b, long out, long n) {
            call(all, a, b, out, n);
        }

        @Override
        public void applyScalarRight(long a, long b, long out, long n) {
            call(right, a, b, out, n);
        }

        @Override
        public void applyScalarLeft(long a, long b, long out, long n) {
            call(left, a, b, out, n);
        }

        private static void call(MethodHandle handle, long a, long b, long out, long n) {
            try {
                handle.invokeExact(a, b, out, n);
            } catch (Throwable e) {
                throw rethrown(e);
            }
        }
    }

    /** Kernels throw nothing that must be declared. */
    private static RuntimeException rethrown(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
    }
}
