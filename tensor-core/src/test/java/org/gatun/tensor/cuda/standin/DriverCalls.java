package org.gatun.tensor.cuda.standin;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Calls of C functions by name, the parameters' types read off the arguments: enough for tests. */
final class DriverCalls {
    private static final Map<Object, MethodHandle> HANDLES = new ConcurrentHashMap<>();

    private DriverCalls() {}

    static @Nullable Object invoke(SymbolLookup library, Class<?> result, String name, Object... arguments) {
        MemoryLayout[] layouts =
                Arrays.stream(arguments).map(DriverCalls::layout).toArray(MemoryLayout[]::new);
        FunctionDescriptor type = result == void.class
                ? FunctionDescriptor.ofVoid(layouts)
                : FunctionDescriptor.of(
                        result == int.class
                                ? ValueLayout.JAVA_INT
                                : result == long.class ? ValueLayout.JAVA_LONG : ValueLayout.ADDRESS,
                        layouts);
        record Key(SymbolLookup library, String name, FunctionDescriptor type) {}
        MethodHandle handle = HANDLES.computeIfAbsent(
                new Key(library, name, type),
                k -> Linker.nativeLinker().downcallHandle(library.findOrThrow(name), type));
        try {
            return handle.invokeWithArguments(arguments);
        } catch (Error | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static MemoryLayout layout(Object argument) {
        return switch (argument) {
            case Integer _ -> ValueLayout.JAVA_INT;
            case Long _ -> ValueLayout.JAVA_LONG;
            case Float _ -> ValueLayout.JAVA_FLOAT;
            case Byte _ -> ValueLayout.JAVA_BYTE;
            case MemorySegment _ -> ValueLayout.ADDRESS;
            default -> throw new IllegalArgumentException("No C type for " + argument.getClass());
        };
    }
}
