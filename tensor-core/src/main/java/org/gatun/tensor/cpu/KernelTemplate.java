package org.gatun.tensor.cpu;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessFlag;
import java.util.Objects;

/**
 * Specialises a loop for a function. A loop is written once, as a template class whose function is a {@code static final} field
 * filled from its class data. Defining that class again as a hidden class, once for each function, makes the function a
 * constant for the compiler: the call is inlined, the loop is vectorised, and no two functions share a profile.
 *
 * <p>The copy's public methods, by which it is called, are {@linkplain #keepOutOfLine kept out of line}.
 */
final class KernelTemplate {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

    /** More bytes of bytecode than the JVM inlines however hot a call is ("FreqInlineSize", 325). */
    private static final int TOO_BIG_TO_INLINE = 330;

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
            Class<?> copy = LOOKUP.defineHiddenClassWithClassData(outOfLine(classFile(template)), data, true)
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

    private static byte[] outOfLine(byte[] template) {
        ClassModel model = ClassFile.of().parse(template);
        return ClassFile.of()
                .transformClass(
                        model,
                        ClassTransform.transformingMethodBodies(
                                KernelTemplate::isCalledFromOutside, new OutOfLineCode()));
    }

    private static boolean isCalledFromOutside(MethodModel method) {
        return method.flags().has(AccessFlag.PUBLIC)
                && !method.flags().has(AccessFlag.STATIC)
                && !method.methodName().equalsString(ConstantDescs.INIT_NAME);
    }

    /**
     * Begins a method that the JVM shall not inline, as vector loops must not be: a caller that sees two kernels would become one method of both, in which the
     * JVM stops inlining half way ("NodeCountInliningCutoff"); what is left of the vector operations then makes an object of every vector, ten times slower.
     * Compiled, instructions that do nothing are none.
     */
    static void keepOutOfLine(CodeBuilder code) {
        for (int i = 0; i < TOO_BIG_TO_INLINE; i++) {
            code.nop();
        }
    }

    private static final class OutOfLineCode implements CodeTransform {
        @Override
        public void atStart(CodeBuilder code) {
            keepOutOfLine(code);
        }

        @Override
        public void accept(CodeBuilder code, CodeElement element) {
            code.with(element);
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
