package org.gatun.examples.practical;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.gatun.examples.CommandLineRun;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The practical as a whole, and that its sheet sees what is wrong. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class PracticalTest {
    private final StringWriter text = new StringWriter();
    private final Sheet sheet = new Sheet(new PrintWriter(text, true));

    @Test
    void everyAnswerIsRight() {
        CommandLineRun run = CommandLineRun.of("practical");
        assertThat(run.status()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).doesNotContain("DIFFERENT").endsWith(" answers, 0 different\n");
        long answers = run.out().lines().filter(line -> line.endsWith(" ok")).count();
        assertThat(run.out()).contains("\n" + answers + " answers, 0 different");
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1.001",
        "1, NaN",
        "NaN, NaN",
        "NaN, 1",
        "Infinity, 1",
        "Infinity, -Infinity",
        "1, Infinity",
        "0, 1e-8",
        "1e9, 1000000100"
    })
    void aWrongNumberIsShownAndFailsTheRun(double analytic, double computed) {
        sheet.answer("the answer", analytic, computed);
        sheet.answer("another", 2, 2);
        assertThat(sheet.finish()).isEqualTo(1);
        assertThat(sheet.answers()).isEqualTo(2);
        assertThat(sheet.different()).isEqualTo(1);
        assertThat(text.toString().lines().toList().get(0))
                .startsWith("the answer")
                .endsWith("DIFFERENT");
        assertThat(text.toString().lines().toList().get(1))
                .startsWith("another")
                .endsWith("ok");
        assertThat(text.toString()).endsWith("2 answers, 1 different\n");
    }

    @Test
    void theWrongOneOfManyFailsTheRun() {
        sheet.answer("vector", new double[] {1, 2, 3}, Tensors.of(1.0, 2.0, 3.5));
        sheet.answer("length", new double[] {1, 2, 3}, Tensors.of(1.0, 2.0));
        sheet.holds("a claim", false);
        assertThat(sheet.different()).isEqualTo(3);
        assertThat(sheet.finish()).isEqualTo(1);
    }

    @Test
    void roundingIsNoDifference() {
        sheet.answer("tenth", 0.3, 0.1 + 0.2);
        sheet.answer("large", 1e12, 1e12 + 1);
        sheet.answer("infinite", Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
        sheet.answer("coarse", 1, 1.05, 0.1);
        sheet.holds("a claim", true);
        assertThat(sheet.finish()).isZero();
        assertThat(sheet.answers()).isEqualTo(5);
        assertThat(sheet.different()).isZero();
    }
}
