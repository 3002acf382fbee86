package org.gatun.examples.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gatun.examples.CommandLineRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The doctor's report on this machine. */
class DoctorTest {
    @TempDir
    private Path folder;

    @Test
    void theReportIsPrintedAndWrittenAsJson() throws IOException {
        Path file = folder.resolve("new").resolve("doctor.json");
        CommandLineRun run = CommandLineRun.of("doctor", "--json", file);
        assertThat(run.status()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("OpenBLAS", "GPU", "Ready to compute on the CPU");

        JsonNode report = new ObjectMapper().readTree(Files.readString(file));
        assertThat(report.get("ready").asBoolean()).isTrue();
        assertThat(report.get("java").get("version").asText())
                .isEqualTo(Runtime.version().toString());
        assertThat(report.get("java").get("nativeAccess").asBoolean()).isTrue();
        assertThat(report.get("processor").get("processors").asInt())
                .isEqualTo(Runtime.getRuntime().availableProcessors());
        JsonNode openBlas = report.get("libraries").get(0);
        assertThat(openBlas.get("name").asText()).isEqualToIgnoringCase("openblas");
        assertThat(openBlas.get("found").asBoolean()).isTrue();
        assertThat(openBlas.get("works").asBoolean()).isTrue();
        assertThat(Path.of(openBlas.get("path").asText())).exists();
        assertThat(report.get("advice")).isNotEmpty().allSatisfy(line -> {
            assertThat(line.asText()).isNotBlank().doesNotContain("\n");
            assertThat(run.out()).contains(line.asText());
        });
    }

    @Test
    void eachLibraryOfCudaIsToldWithItsPlaces() throws IOException {
        Path file = folder.resolve("doctor.json");
        CommandLineRun run = CommandLineRun.of("doctor", "--json", file);
        assertThat(run.status()).isZero();
        JsonNode report = new ObjectMapper().readTree(Files.readString(file));
        JsonNode gpu = report.get("gpu");
        boolean ready = gpu.get("ready").asBoolean();
        assertThat(gpu.get("problem").isNull()).isEqualTo(ready);
        assertThat(run.out().contains("Ready to compute on the CPU and, with Device.cuda(0), on the GPU"))
                .isEqualTo(ready);
        String advice = report.get("advice").toString();
        int number = 0;
        for (String name : List.of("CUDA driver", "cuBLAS", "cuBLASLt", "NVRTC")) {
            JsonNode library = report.get("libraries").get(++number);
            assertThat(library.get("name").asText()).isEqualTo(name);
            assertThat(library.get("neededBy").asText()).isEqualTo("gpu");
            assertThat(library.get("tried"))
                    .isNotEmpty()
                    .allSatisfy(place -> assertThat(run.out()).contains("tried " + place.asText()));
            boolean found = library.get("found").asBoolean();
            assertThat(found || library.get("path").isNull()).as(name).isTrue();
            assertThat(!ready || library.get("works").asBoolean()).as(name).isTrue();
            String missing = name.equals("CUDA driver") ? "A GPU needs NVIDIA's driver" : name + " comes with";
            assertThat(advice.contains(missing)).as(name).isEqualTo(!found);
        }
        if (!ready) {
            assertThat(report.get("advice"))
                    .anySatisfy(line -> assertThat(line.asText())
                            .isEqualTo("GPU: none can be used, so Gatun computes on the CPU. "
                                    + gpu.get("problem").asText()));
        }
    }

    @Test
    void aFileThatCanNotBeWrittenIsOneLine() {
        CommandLineRun run = CommandLineRun.of("doctor", "--json", folder);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.errorLines()).hasSize(1);
        assertThat(run.err()).startsWith("gatun: ").contains(folder.toString());
    }
}
