package org.gatun.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line as a whole: help, version, and mistakes. */
class GatunTest {
    @Test
    void withoutACommandTheUsageIsShown() {
        CommandLineRun run = CommandLineRun.of();
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("Usage: gatun", "practical", "mnist", "bench", "doctor");
        assertThat(run.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "-h",
                "help",
                "help mnist",
                "mnist --help",
                "practical --help",
                "doctor --help",
                "bench --help"
            })
    void helpGoesToStandardOutput(String line) {
        CommandLineRun run = CommandLineRun.of((Object[]) line.split(" "));
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("Usage: gatun");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void theVersionIsThatOfTheBuild() {
        CommandLineRun run = CommandLineRun.of("--version");
        assertThat(run.status()).isZero();
        assertThat(run.out()).containsPattern("gatun \\d+\\.\\d+").contains("Java " + Runtime.version());
    }

    @ParameterizedTest
    @CsvSource({
        "fly, fly, gatun",
        "--bogus, --bogus, gatun",
        "mnist --bogus, --bogus, gatun mnist",
        "mnist --bacth 5, --bacth, gatun mnist",
        "mnist more, more, gatun mnist",
        "mnist --batch, --batch, gatun mnist",
        "mnist --batch many, --batch, gatun mnist",
        "mnist --batch -5, --batch, gatun mnist",
        "mnist --batch 0, --batch, gatun mnist",
        "mnist --epochs 0, --epochs, gatun mnist",
        "mnist --epochs 2.5, --epochs, gatun mnist",
        "mnist --epochs 99999999999, --epochs, gatun mnist",
        "mnist --learning-rate NaN, --learning-rate, gatun mnist",
        "mnist --learning-rate -1, --learning-rate, gatun mnist",
        "mnist --learning-rate Infinity, --learning-rate, gatun mnist",
        "mnist --seed x, --seed, gatun mnist",
        "mnist --limit 0, --limit, gatun mnist",
        "mnist --model resnet, --model, gatun mnist",
        "mnist --device tpu, --device, gatun mnist",
        "mnist --batch 1 --batch 2, --batch, gatun mnist",
        "mnist --data /no/such/folder, --data, gatun mnist",
        "practical 3, 3, gatun practical",
        "doctor --json, --json, gatun doctor",
        "bench gpu, gpu, gatun bench",
        "bench --threads 1, no suite, gatun bench",
        "bench --peers train, no suite, gatun bench",
        "bench all --json /, --json, gatun bench",
        "bench all --threads 0, --threads, gatun bench",
        "bench all --peers jax, --peers, gatun bench",
        "bench all --only (, --only, gatun bench",
        "bench --endurance -1, --endurance, gatun bench",
        "bench cpu-gpu --budget 0, --budget, gatun bench cpu-gpu",
        "bench cpu-gpu --largest -1, --largest, gatun bench cpu-gpu",
        "bench cpu-gpu --only nothing, --only, gatun bench cpu-gpu",
        "bench cpu-gpu --only (, --only, gatun bench cpu-gpu",
        "help fly, fly, gatun",
    })
    void aMistakeIsOneLineAndTheUsage(String line, String word, String command) {
        CommandLineRun run = CommandLineRun.of((Object[]) line.split(" "));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.errorLines().get(0)).startsWith(command + ": ").contains(word);
        assertThat(run.errorLines().get(1)).startsWith("Usage: " + command);
        assertThat(run.err()).doesNotContain("\tat ");
    }

    @Test
    void aMistypedWordIsCorrected() {
        assertThat(CommandLineRun.of("mnist", "--bacth", "5").errorLines().get(0))
                .contains("--batch");
        assertThat(CommandLineRun.of("doktor").errorLines().get(0)).contains("doctor");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--debug mnist --epochs 0", "mnist --epochs 0 --debug", "mnist --bogus --debug"})
    void debugShowsTheStackTrace(String line) {
        CommandLineRun run = CommandLineRun.of((Object[]) line.split(" "));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("Exception: ", "\tat ");
    }
}
