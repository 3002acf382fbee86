package org.gatun.bindings.cuda;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.function.LongConsumer;

/** Java code that the driver can call, see {@link CudaStreams#callHost}. It can be called until it is unreachable. */
public final class HostFunction {

    private final MemorySegment address;

    /**
     * Makes a function of Java code.
     *
     * @param code what runs, with the argument of the call; whatever it throws is logged, because the driver could do nothing with
     *     it
     */
    public HostFunction(LongConsumer code) {
        try {
            var method = MethodHandles.lookup()
                    .findStatic(
                            HostFunction.class,
                            "run",
                            MethodType.methodType(void.class, LongConsumer.class, long.class));
            // a pointer travels as a long does
            address = Linker.nativeLinker()
                    .upcallStub(
                            MethodHandles.insertArguments(method, 0, code),
                            FunctionDescriptor.ofVoid(JAVA_LONG),
                            Arena.ofAuto());
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException("the method is below", impossible);
        }
    }

    MemorySegment address() {
        return address;
    }

    @SuppressWarnings("unused") // called by the method handle above
    private static void run(LongConsumer code, long argument) {
        try {
            code.accept(argument);
        } catch (Throwable thrown) {
            System.getLogger(HostFunction.class.getPackageName())
                    .log(System.Logger.Level.ERROR, "a host function of a CUDA stream failed", thrown);
        }
    }
}
