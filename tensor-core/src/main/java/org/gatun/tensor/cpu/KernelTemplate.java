package org.gatun.tensor.cpu;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/**
 * Specialises a loop for a function. A loop is written once, as a template class whose function is a {@code static final} field
 * filled from its class data. Defining that class again as a hidden class, once for each function, makes the function a
 * constant for the compiler: the call is inlined, the loop is vectorised, and no two functions share a profile.
 *
 * <p>The copy's {@linkplain #isLoop loops} are {@linkplain #keepOutOfLine kept out of line}.
 */
final class KernelTemplate {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

    /** More bytes of bytecode than the JVM inlines however hot a call is ("FreqInlineSize", 325). */
    private static final int TOO_BIG_TO_INLINE = 330;

    private static final String VECTORS = "jdk/incubator/vector/";

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
            Class<?> copy = LOOKUP.defineHiddenClassWithClassData(withLoopsOutOfLine(classFile(template)), data, true)
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

    /**
     * Defines a class of loops anew, so that none of them is inlined into another or into a caller, and makes an instance.
     *
     * @param loops a class of this package with a constructor without parameters
     * @param as what it implements
     */
    static <K> K outOfLine(Class<? extends K> loops, Class<K> as) {
        return specialise(loops, as, "no data");
    }

    /** The class file with its {@linkplain #isLoop loops} {@linkplain #keepOutOfLine kept out of line}. */
    static byte[] withLoopsOutOfLine(byte[] template) {
        ClassModel model = ClassFile.of().parse(template);
        boolean vectors = model.methods().stream()
                .flatMap(method -> method.code().stream())
                .anyMatch(KernelTemplate::worksOnVectors);
        return ClassFile.of()
                .transformClass(
                        model,
                        ClassTransform.transformingMethodBodies(
                                method -> isLoop(method, vectors), new OutOfLineCode()));
    }

    /** Whether a method works on vectors, or in a class that has none goes back to an earlier instruction, and is given and gives no vectors. */
    private static boolean isLoop(MethodModel method, boolean vectors) {
        return !method.methodName().equalsString(ConstantDescs.CLASS_INIT_NAME)
                && !method.methodType().stringValue().contains(VECTORS)
                && method.code().stream().anyMatch(vectors ? KernelTemplate::worksOnVectors : KernelTemplate::goesBack);
    }

    private static boolean worksOnVectors(CodeModel code) {
        return code.elementStream()
                .anyMatch(element -> element instanceof InvokeInstruction call
                        && (call.owner().asInternalName().startsWith(VECTORS)
                                || call.type().stringValue().contains(VECTORS)));
    }

    private static boolean goesBack(CodeModel code) {
        Set<Label> passed = new HashSet<>();
        for (CodeElement element : code) {
            if (element instanceof LabelTarget target) {
                passed.add(target.label());
            } else if (element instanceof BranchInstruction branch && passed.contains(branch.target())) {
                return true;
            }
        }
        return false;
    }

    /**
     * Begins a method that the JVM shall not inline, as loops must not be. Two over vectors in one method are more than it inlines the operations of
     * ("NodeCountInliningCutoff"); what is left of them then makes an object of every vector, ten times slower. And it inlines calls fifteen deep at the most
     * ("MaxInlineLevel"): where a loop is inlined into its callers, what reads an element may be too deep below them. Which kernels a caller sees, and so whether
     * that happens, differs from one process to another. Compiled, instructions that do nothing are none.
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

    static byte[] classFile(Class<?> template) {
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
