package org.gatun.bindings;

import java.util.function.Supplier;

/** Turns the JVM's refusal of native access into one error that names the flag to pass. */
final class NativeAccess {

    private NativeAccess() {}

    /**
     * Runs a restricted operation.
     *
     * @param operation what needs native access
     * @param <T> its result
     * @return what it returns
     * @throws NativeAccessError if the JVM was started so that this module may not use native code
     */
    static <T> T restricted(Supplier<T> operation) {
        try {
            return operation.get();
        } catch (IllegalCallerException refused) {
            throw new NativeAccessError(message(NativeAccess.class.getModule()), refused);
        }
    }

    /** The error's text for code that lives in {@code module}. */
    static String message(Module module) {
        var given =
                module.isNamed() ? "--enable-native-access=" + module.getName() : "--enable-native-access=ALL-UNNAMED";
        var other = module.isNamed()
                ? "--enable-native-access=ALL-UNNAMED when Gatun is on the class path"
                : "--enable-native-access=org.gatun.bindings when Gatun is on the module path";
        return "Gatun calls native code (OpenBLAS, the C library), and this JVM refuses it. Start java with " + given
                + " (" + other
                + "), or add \"Enable-Native-Access: ALL-UNNAMED\" to the manifest of an executable jar.";
    }
}
