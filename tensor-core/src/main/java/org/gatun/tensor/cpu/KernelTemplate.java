package org.gatun.tensor.cpu;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.util.Objects;

/**
 * Specialises a loop for a function. A loop is written once, as a template class whose function is a {@code static final} field
 * filled from its class data. Defining that class again as a hidden class, once for each function, makes the function a
 * constant for the compiler: the call is inlined, the loop is vectorised, and no two functions share a profile.
 */
final class KernelTemplate {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

    private KernelTemplate() {}

    /**
     * Defines {@code template} anew with {@code data} as its class data and makes an instance.
     *
     * @param template a class of this package with a constructor without parameters
     * @param as what the template implements
     * @param data what the copy reads by {@link #data}
     */
    static <K> K specialise(Class<? extends K> template, Class<K> as, Object data) {
        try {
            Class<?> copy = LOOKUP.defineHiddenClassWithClassData(classFile(template), data, true)
                    .lookupClass();
            var constructor = copy.getDeclaredConstructor();
            return as.cast(constructor.newInstance());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot specialise the kernel template " + template.getName(), e);
        }
    }

    /** The class data of a copy, for its static initialiser. The template itself is never initialised. */
    static <T> T data(MethodHandles.Lookup copy, Class<T> type) {
        try {
            return Objects.requireNonNull(
                    MethodHandles.classData(copy, "_", type),
                    () -> copy.lookupClass() + " is a template, not a kernel");
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("cannot read the class data of " + copy.lookupClass(), e);
        }
    }

    private static byte[] classFile(Class<?> template) {
        String name = template.getSimpleName() + ".class";
        try (InputStream in = template.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(
                        "the class file " + name + " is missing beside " + KernelTemplate.class);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the class file " + name, e);
        }
    }
}
