package org.gatun.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gatun.bindings.NativeLibraries;
import org.gatun.examples.CommandLineRun;
import org.gatun.examples.Gatun;
import org.gatun.examples.OtherJvm;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code gatun bench cpu-gpu}: without a GPU, and with one, the stand-in where there is no other. */
class CpuGpuCommandTest {
    @Test
    void withoutAGpuThereIsOneLineAndAStatus() {
        assumeFalse(NativeLibraries.cuda().problem() == null, "this machine has a GPU");
        CommandLineRun run = CommandLineRun.of("bench", "cpu-gpu");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.errorLines()).hasSize(1);
        assertThat(run.errorLines().getFirst())
                .startsWith("gatun bench cpu-gpu: ")
                .contains("GPU");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--gpu -1", "--json x --html x", "--budget 0", "--largest nan", "--only zzz"})
    void mistakesAreToldBeforeAGpuIsLookedFor(String options) {
        var arguments = new ArrayList<Object>(List.of("bench", "cpu-gpu"));
        arguments.addAll(List.of(options.split(" ")));
        CommandLineRun run = CommandLineRun.of(arguments.toArray());
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.errorLines().getFirst())
                .startsWith("gatun bench cpu-gpu: ")
                .contains(options.split(" ")[options.split(" ").length - 2]);
    }

    @Test
    void aRunWritesAllThreeForms(@TempDir Path folder) throws Exception {
        assumeTrue(StandInDriver.isUsable(), "needs a GPU or a C++ compiler");
        var options = new ArrayList<>(List.of("-Xmx1g"));
        if (!StandInDriver.onGpu()) {
            Path driver = StandInDriver.folder();
            options.add("-Dgatun.cuda.path=" + driver);
            options.add("-Dgatun.cache=" + driver.resolve("cache"));
        }
        Path json = folder.resolve("new/results.json");
        Path html = folder.resolve("results.html");
        String out = run(
                options,
                "bench",
                "cpu-gpu",
                "--only",
                "add|sum",
                "--largest",
                "5000",
                "--budget",
                "3",
                "--json",
                json.toString(),
                "--html",
                html.toString());
        assertThat(out).contains("crossover F32", "cuda:0 F32", "upload");
        Results results = Results.read(json);
        assertThat(results.problems()).containsExactly("add", "sum");
        assertThat(results.limits()).extracting(Limits::device).containsExactly("cpu", "cuda:0");
        assertThat(results.limits())
                .allSatisfy(l -> assertThat(l.copyBytesPerSecond()).isPositive());
        // Of each series the first size at least, and none that is larger than asked for.
        assertThat(results.measurements().stream().filter(m -> m.size() == 1024))
                .hasSize(2 * 4)
                .allSatisfy(m -> assertThat(m.seconds()).isNotNull().isPositive());
        assertThat(results.measurements().stream().filter(m -> m.size() > 5000))
                .isNotEmpty()
                .allSatisfy(m -> assertThat(m.seconds()).isNull());
        assertThat(results.crossovers()).hasSize(2 * 2 * 2);
        assertThat(Files.readString(html)).contains("<svg");
    }

    private static String run(List<String> options, String... arguments) throws IOException, InterruptedException {
        Process process = OtherJvm.start(Map.of(), options, Gatun.class, arguments);
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out;
    }
}
