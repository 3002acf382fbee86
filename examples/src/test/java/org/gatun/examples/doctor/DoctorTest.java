package org.gatun.examples.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    void aFileThatCanNotBeWrittenIsOneLine() {
        CommandLineRun run = CommandLineRun.of("doctor", "--json", folder);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.errorLines()).hasSize(1);
        assertThat(run.err()).startsWith("gatun: ").contains(folder.toString());
    }
}
