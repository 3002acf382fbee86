package org.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Fft;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Losses;
import org.gatun.tensor.PoolOptions;
import org.gatun.tensor.Sampling;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** NVIDIA's compiler takes the kernels, for the architectures of the A100 and the H100, where it is installed. */
class NvccTest {
    private static final int OF_EACH_FAMILY = 2;

    @Test
    void everyFamilyCompilesWithoutWarningsAndElementwiseKernelsKeepTheirRegisters(@TempDir Path folder)
            throws IOException, InterruptedException {
        assumeTrue(isInstalled(folder), "needs nvcc");
        StandInDriver.use();
        useEveryFamily();
        // Programs by what they include: the family.
        Map<String, List<String>> families = CudaDevice.of(Device.cuda(0)).kernels().programs().stream()
                .sorted()
                .collect(Collectors.groupingBy(NvccTest::includes, TreeMap::new, Collectors.toList()));
        String all = String.join(" ", families.keySet());
        try (Stream<Path> resources = Files.list(sources())) {
            for (String name : resources
                    .map(resource -> String.valueOf(resource.getFileName()))
                    .filter(file -> file.endsWith(".cuh"))
                    .toList()) {
                boolean included = all.contains(name)
                        || families.values().stream()
                                .flatMap(List::stream)
                                .anyMatch(program -> KernelText.expand(program).contains('"' + name + '"'));
                assertThat(included).as("a program includes %s", name).isTrue();
            }
        }
        // Two at once, as nvcc works on one thread most of the time.
        families.values().stream()
                .flatMap(programs -> programs.stream().limit(OF_EACH_FAMILY))
                .parallel()
                .forEach(program -> check(folder, program));
    }

    private static void check(Path folder, String program) {
        String log = compile(folder, program);
        assertThat(log).as("%s", program).doesNotContain("error").doesNotContain("warning");
        // The incomplete gamma and zeta functions take all registers there are.
        String family = includes(program);
        boolean wide = family.contains("gammainc.cuh") || family.contains("zeta.cuh");
        boolean attention = family.contains("attention");
        if ((family.contains("elementwise.cuh") && !wide) || attention) {
            assertThat(log.lines().filter(line -> line.contains("spill stores")))
                    .as("%s", program)
                    .isNotEmpty()
                    .allMatch(line -> line.contains(" 0 bytes spill stores, 0 bytes spill loads"));
        }
    }

    /** Where the kernels' sources lie, in the repository or in a copy of its classes. */
    private static Path sources() throws IOException {
        URL one = Objects.requireNonNull(KernelText.class.getResource("numbers.cuh"));
        try {
            return Objects.requireNonNull(Path.of(one.toURI()).getParent());
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }

    private static String includes(String program) {
        return program.lines().filter(line -> line.startsWith("#include")).collect(Collectors.joining(" "));
    }

    private static void useEveryFamily() {
        try (var scope = MemoryScope.open("families")) {
            Device gpu = Device.cuda(0);
            Tensor x = Tensors.rand(new Generator(1), DType.F32, Shape.of(4, 6), gpu);
            Tensor image = Tensors.randn(new Generator(1), DType.F32, Shape.of(1, 2, 6, 6), gpu);
            Tensor index = Tensors.of(0, 2, 1).to(gpu);
            x.add(x.t().reshape(4, 6)).sum().item();
            x.erf().add(x.erfinv()).lgamma().digamma();
            Special.i0(x).add(Special.zeta(x.add(2), x.add(1))).add(Special.gammainc(x, x));
            x.softmax(1).cumsum(1).sort(1);
            x.flatten().prod();
            Elementwise.region(v -> v.square()).sumEach(List.of(List.of(x), List.of(index.to(DType.F32))), List.of());
            x.cumprod(1);
            x.t().copy();
            Tensors.zeros(3000).to(gpu).topk(5, 0);
            x.indexSelect(1, index);
            Tensors.zeros(DType.I64, 6000).to(gpu).sort(0);
            x.indexSelect(0, Tensors.zeros(DType.I64, 5000).to(gpu));
            Tensors.ones(DType.I64, 3, 3)
                    .to(gpu)
                    .matmul(Tensors.ones(DType.I64, 3, 3).to(gpu));
            Functional.conv2d(image, image.slice(2, 0, 3).slice(3, 0, 3));
            Functional.maxPool2d(image, PoolOptions.of(2));
            Fft.fft(Fft.complex(x, x));
            Sampling.poisson(new Generator(1), x);
            Losses.crossEntropy(x, index.slice(0, 0, 1).broadcastTo(4));
            Functional.layerNorm(x, Shape.of(6));
            Functional.scaledDotProductAttention(x, x, x);
            ConcreteTensor n = x.to(DType.BF16).concrete();
            ConcreteTensor[] kept = CudaAttention.forward(true, false, 1, n, n, n);
            CudaAttention.backward(true, false, 1, n, n, n, kept[1], kept[2], n, kept[2]);
        }
    }

    private static String compile(Path parent, String program) {
        try {
            Path folder = Files.createTempDirectory(parent, "program");
            Path source = folder.resolve("program.cu");
            Files.writeString(source, KernelText.expand(program));
            Path log = folder.resolve("log");
            int status = run(
                    log,
                    "nvcc",
                    "-gencode=arch=compute_80,code=sm_80",
                    "-gencode=arch=compute_90,code=sm_90",
                    "--std=c++17",
                    "--fmad=false",
                    "-Xptxas",
                    "-v",
                    "-fatbin",
                    "-o",
                    folder.resolve("out").toString(),
                    source.toString());
            String text = Files.readString(log);
            assertThat(status).as("%s%n%s", text, program).isZero();
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isInstalled(Path folder) throws InterruptedException {
        try {
            return run(folder.resolve("version"), "nvcc", "--version") == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static int run(Path log, String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
    }
}
