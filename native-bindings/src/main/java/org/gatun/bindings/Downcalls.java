package org.gatun.bindings;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Links the few C functions that no generated binding covers. */
final class Downcalls {

    private static final Linker LINKER = Linker.nativeLinker();

    private Downcalls() {}

    /**
     * A function of the C library.
     *
     * @param name its name
     * @param descriptor its signature, with pointers as longs
     * @return the handle
     */
    static MethodHandle standard(String name, FunctionDescriptor descriptor) {
        return link(LINKER.defaultLookup().findOrThrow(name), descriptor);
    }

    /**
     * A function at an address.
     *
     * @param address where it is
     * @param descriptor its signature, with pointers as longs: both travel alike in every 64-bit calling convention
     * @return the handle
     */
    static MethodHandle link(MemorySegment address, FunctionDescriptor descriptor) {
        return NativeAccess.restricted(() -> LINKER.downcallHandle(address, descriptor));
    }

    /**
     * Calls a function without arguments that returns a C string which it keeps.
     *
     * @param function a function such as {@code char* openblas_get_config(void)}
     * @return the string
     */
    static String text(MemorySegment function) {
        var handle = link(function, FunctionDescriptor.of(ValueLayout.JAVA_LONG));
        try {
            return Memory.ALL.getString((long) handle.invokeExact());
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    /** What a downcall threw: only errors and unchecked exceptions can come out of one. */
    static RuntimeException unexpected(Throwable thrown) {
        return switch (thrown) {
            case Error error -> throw error;
            case RuntimeException exception -> exception;
            default -> new IllegalStateException("a native call threw a checked exception", thrown);
        };
    }
}
