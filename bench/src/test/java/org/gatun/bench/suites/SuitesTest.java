package org.gatun.bench.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gatun.bench.Problem;
import org.gatun.bench.TorchScript;
import org.junit.jupiter.api.Test;

class SuitesTest {
    private static Stream<Problem> all() {
        return Suites.of("all").stream();
    }

    @Test
    void aProblemIsFoundByItsId() {
        List<Problem> problems = all().toList();
        Set<String> ids = problems.stream().map(Problem::id).collect(Collectors.toSet());
        assertThat(ids).hasSameSizeAs(problems);
        Problem last = problems.getLast();
        assertThat(Suites.identified(last.id()).name()).isEqualTo(last.name());
        assertThatThrownBy(() -> Suites.identified("gemm/nothing"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("gemm/nothing");
        assertThatThrownBy(() -> Suites.of("nothing"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("overhead");
    }

    @Test
    void aProblemSaysWhatItHasToDo() {
        assertThat(all()).allSatisfy(problem -> {
            assertThat(problem.work().bytes()).isPositive();
            assertThat(problem.work().flops()).isGreaterThanOrEqualTo(0);
            assertThat(problem.name()).doesNotContain("\t");
            assertThat(problem.operation()).doesNotContain("/");
        });
    }

    /** A value that takes an operand's name would take its place, and a peer would not know. */
    @Test
    void aScriptHasANameForEachOperandAndMakesNoOther() {
        assertThat(all()).allSatisfy(SuitesTest::checkNames);
    }

    private static void checkNames(Problem problem) {
        TorchScript torch = Objects.requireNonNull(problem.torch());
        assertThat(torch.parameters()).hasSameSizeAs(problem.inputs()).doesNotHaveDuplicates();
        torch.statements().lines().filter(line -> line.contains(" = ")).forEach(line -> {
            for (String made : line.substring(0, line.indexOf(" = ")).split(", ")) {
                assertThat(torch.parameters()).doesNotContain(made);
            }
        });
        assertThat(torch.results()).isNotEmpty();
    }

    /** A script of several computations hands on what each gives, so that none can be left away. */
    @Test
    void aSmallScriptComputesInALoop() {
        Problem small = Suites.identified("elementwise/add F32 1,024");
        assertThat(small.repeats()).isEqualTo(16);
        String text = new String(Objects.requireNonNull(small.torch()).archive(16), StandardCharsets.ISO_8859_1);
        assertThat(text)
                .contains(
                        "    last0 = a\n    for time in range(16):\n      last0 = torch.add(a, b)\n    return last0\n");
        assertThat(Suites.identified("elementwise/add F32 4,194,304").repeats()).isEqualTo(1);
        assertThat(Suites.identified("overhead/add 16").repeats()).isEqualTo(1);
        assertThat(Suites.identified("train/mlp batch 1").repeats()).isEqualTo(1);
    }
}
