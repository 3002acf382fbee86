package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class KernelTemplateTest {
    /** The JVM's "FreqInlineSize": no method above it is inlined, however hot. */
    private static final int MOST_INLINED = 325;

    private static Map<String, Integer> sizes(byte[] classFile) {
        return ClassFile.of().parse(classFile).methods().stream()
                .filter(method -> method.code().isPresent())
                .collect(Collectors.toMap(
                        KernelTemplateTest::signature,
                        method -> method.findAttribute(Attributes.code())
                                .map(CodeAttribute::codeLength)
                                .orElseThrow()));
    }

    private static String signature(MethodModel method) {
        return method.methodName().stringValue() + method.methodType().stringValue();
    }

    /** Loops over vectors, and no others: a helper that gives or takes a vector must be inlined. */
    @Test
    void loopsAreTooBigToBeInlined() {
        for (Class<?> template :
                new Class<?>[] {F32UnaryLoop.class, F64BinaryLoop.class, F32AttentionRows.class, F32RowNorm.class}) {
            byte[] plain = KernelTemplate.classFile(template);
            Map<String, Integer> before = sizes(plain);
            Map<String, Integer> after = sizes(KernelTemplate.withLoopsOutOfLine(plain));
            assertThat(after.keySet()).isEqualTo(before.keySet());
            assertThat(after.keySet()).anyMatch(method -> after.get(method) > MOST_INLINED);
            after.forEach((method, size) -> {
                boolean helper = method.contains("jdk/incubator/vector");
                if (helper || method.startsWith("<")) {
                    assertThat(size).as(method).isEqualTo(before.get(method));
                }
            });
            assertThat(before.values()).as("methods of the template").allMatch(size -> size < MOST_INLINED);
        }
        Map<String, Integer> loop =
                sizes(KernelTemplate.withLoopsOutOfLine(KernelTemplate.classFile(F32UnaryLoop.class)));
        assertThat(loop.get("vectors(JJI)V")).isGreaterThan(MOST_INLINED);
        assertThat(loop.get("tail(JJI)V")).isGreaterThan(MOST_INLINED);
        assertThat(loop.get("apply(JJJ)V")).as("calls loops only").isLessThan(MOST_INLINED);
    }

    /** Else what reads an element may lie too deep below the callers to be inlined. */
    @Test
    void loopsOverSingleElementsAreTooBigToBeInlinedToo() {
        Map<String, Integer> scan =
                sizes(KernelTemplate.withLoopsOutOfLine(KernelTemplate.classFile(FloatingScanLoop.class)));
        assertThat(scan.entrySet())
                .filteredOn(method -> method.getValue() > MOST_INLINED)
                .extracting(Map.Entry::getKey)
                .containsExactlyInAnyOrder(
                        "row(JJJJ)V", "rows(JJJJJJ)V", "four(JJJJJ)V", "columns(JJJJI)V", "next(JJ[D)V");
    }

    /** A method that converts one vector would be called once for each, and its conversion be no constant in it. */
    @Test
    void onlyTheLoopOfConversionsIsTooBigToBeInlined() {
        byte[] plain = KernelTemplate.classFile(VectorCastLoop.class);
        Map<String, Integer> before = sizes(plain);
        Map<String, Integer> after = sizes(KernelTemplate.withLoopsOutOfLine(plain));
        assertThat(after.entrySet())
                .filteredOn(method -> !method.getValue().equals(before.get(method.getKey())))
                .extracting(Map.Entry::getKey)
                .containsExactly("vectors(JJI)V");
    }
}
