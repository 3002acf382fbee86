package org.gatun.examples.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gatun.bindings.CudaGpu;
import org.gatun.bindings.cuda.CudaDriver;
import org.gatun.examples.CommandLineRun;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gatun doctor} where there is a GPU, the stand-in where there is no other. */
class CudaDoctorTest {
    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
    }

    @Test
    void aGpuIsListedAndReady(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("doctor.json");
        CommandLineRun run = CommandLineRun.of("doctor", "--json", file);
        assertThat(run.status()).isZero();
        JsonNode report = new ObjectMapper().readTree(Files.readString(file));
        JsonNode gpu = report.get("gpu");
        assertThat(gpu.get("ready").asBoolean()).isTrue();
        assertThat(gpu.get("problem").isNull()).isTrue();
        assertThat(gpu.get("cuda").asText()).matches("\\d+\\.\\d+");
        assertThat(gpu.get("devices"))
                .isNotEmpty()
                .allSatisfy(device -> assertThat(device.asText()).containsPattern("sm_\\d+"));
        assertThat(run.out())
                .contains("Device.cuda(0)", gpu.get("devices").get(0).asText());
        assertThat(report.get("advice").toString()).doesNotContain("GPU: none can be used");
        for (int i = 1; i <= 4; i++) {
            assertThat(report.get("libraries").get(i).get("works").asBoolean()).isTrue();
        }
    }

    /** Kernels for a GPU that is newer than the compiler are compiled to the end by the driver. */
    @Test
    void aCompilerOlderThanTheGpuWorks() {
        if (!StandInDriver.onGpu()) {
            CudaDriver.init();
            assertThat(CudaTrial.failure("NVRTC", new CudaGpu(0, "newer", 9, 1, 0)))
                    .isNull();
            assertThat(CudaTrial.failure("NVRTC", new CudaGpu(0, "older", 3, 5, 0)))
                    .contains("sm_35", "NVRTC 13.0", "the first is sm_75", "install an older CUDA toolkit");
        }
    }
}
