package org.gatun.bindings;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/** How the loaded BLAS is told how many threads to use: a matter of each library's own, not of the BLAS standard. */
final class BlasThreads {

    /**
     * Names of a setter and a getter: OpenBLAS, MKL, BLIS. BLIS counts in longs, the others in ints; a long argument
     * serves both, because an int is the low half of its register.
     */
    private static final String[][] NAMES = {
        {"openblas_set_num_threads", "openblas_get_num_threads"},
        {"MKL_Set_Num_Threads", "MKL_Get_Max_Threads"},
        {"bli_thread_set_num_threads", "bli_thread_get_num_threads"},
    };

    private static final @Nullable MethodHandle SET = find(0, FunctionDescriptor.ofVoid(JAVA_LONG));
    private static final @Nullable MethodHandle GET = find(1, FunctionDescriptor.of(JAVA_INT));

    private BlasThreads() {}

    private static @Nullable MethodHandle find(int which, FunctionDescriptor descriptor) {
        SymbolLookup symbols = NativeLibraries.openBlasSymbols();
        for (var pair : NAMES) {
            var symbol = symbols.find(pair[which]);
            if (symbol.isPresent()) {
                return Downcalls.link(symbol.get(), descriptor);
            }
        }
        return null;
    }

    static boolean set(int threads) {
        if (SET == null) {
            return false;
        }
        try {
            SET.invokeExact((long) threads);
            return true;
        } catch (Throwable thrown) {
            throw Downcalls.unexpected(thrown);
        }
    }

    static int get() {
        if (GET == null) {
            return 0;
        }
        try {
            // BLIS answers -1 until it is told
            return Math.max(0, (int) GET.invokeExact());
        } catch (Throwable thrown) {
            throw Downcalls.unexpected(thrown);
        }
    }
}
