package org.gatun.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** What follows from measurements, and the three forms of a report. */
class ResultsTest {
    private static final Results EXAMPLE = example();

    private static Measurement measured(
            String device, Precision precision, long size, double seconds, @Nullable Double transfer) {
        return new Measurement(
                "add",
                "elements",
                size,
                Measurement.GATUN,
                Measurement.EAGER,
                device,
                precision,
                size,
                size,
                12.0 * size,
                seconds,
                transfer,
                transfer,
                null);
    }

    /** A CPU that takes size / 1e8 seconds, and a GPU that takes 1e-5 always, with transfers of another 4.5e-5 each. */
    private static Results example() {
        var all = new ArrayList<Measurement>();
        for (long size : new long[] {100, 10_000, 1_000_000}) {
            all.add(measured("cpu", Precision.F32, size, size * 1e-8, null));
            all.add(measured("cuda:0", Precision.F32, size, 1e-5, 4.5e-5));
        }
        Measurement skipped = measured("cuda:0", Precision.BF16, 100, 1, null);
        all.add(new Measurement(
                skipped.problem(),
                skipped.axis(),
                skipped.size(),
                skipped.runtime(),
                skipped.mode(),
                skipped.device(),
                skipped.precision(),
                100,
                100,
                1200,
                null,
                null,
                null,
                "a <reason> & more"));
        return Results.of(
                "2026-01-01T00:00:00Z",
                Map.of("gatun", "1"),
                List.of(
                        new Limits("cpu", "a \"CPU\"", 1L << 30, 1.2e9, Map.of(Precision.F32, 1e9)),
                        new Limits("cuda:0", "a GPU", 1L << 34, 1.2e12, Map.of(Precision.F32, 1e12))),
                all);
    }

    private static Results withPyTorch() {
        Measurement ours = measured("cuda:0", Precision.F32, 10_000, 1e-5, null);
        var theirs = new ArrayList<Measurement>();
        for (String mode : List.of("eager", "graph")) {
            theirs.add(new Measurement(
                    "add",
                    "elements",
                    10_000,
                    Measurement.PYTORCH,
                    mode,
                    "cuda:0",
                    Precision.F32,
                    10_000,
                    10_000,
                    120_000,
                    mode.equals("eager") ? 2e-5 : 0.5e-5,
                    null,
                    null,
                    null));
        }
        assertThat(ours.sameWork(theirs.getFirst())).isTrue();
        return EXAMPLE.with(Map.of("pytorch", "2"), theirs);
    }

    @Test
    void crossoversAreWithoutAndWithTransfers() {
        assertThat(EXAMPLE.crossovers()).hasSize(2);
        // 1e-8 n = 1e-5, and 1e-8 n = 1e-4
        assertThat(EXAMPLE.crossovers().get(0).size()).isBetween(999.999, 1000.001);
        assertThat(EXAMPLE.crossovers().get(1).size()).isBetween(9999.99, 10000.01);
        assertThat(EXAMPLE.crossovers().get(1).transfers()).isTrue();
    }

    @Test
    void jsonComesBackAsItWas(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("results.json");
        Files.writeString(file, withPyTorch().json());
        assertThat(Results.read(file)).isEqualTo(withPyTorch());
    }

    @Test
    void anotherSchemaIsRefused(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("results.json");
        Files.writeString(file, EXAMPLE.json().replace(Results.SCHEMA, "other/9"));
        assertThatThrownBy(() -> Results.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("other/9");
    }

    @Test
    void ratiosArePyTorchsTimeOverOurs() {
        Results both = withPyTorch();
        assertThat(both.ratios()).hasSize(2);
        assertThat(both.ratios().get(0).ratio()).isBetween(1.9999, 2.0001);
        assertThat(both.ratios().get(1).ratio()).isBetween(0.4999, 0.5001);
        // The table shows the fastest mode.
        assertThat(TextReport.of(both))
                .contains("PyTorch/cuda:0 F32", "0.50 graph")
                .doesNotContain("2.00 eager");
        assertThat(both.crossovers()).isEqualTo(EXAMPLE.crossovers());
    }

    @Test
    void aCapturedGraphHasAColumnAndRatiosOfItsOwn() {
        Measurement eager = measured("cuda:0", Precision.F32, 10_000, 1e-5, 4.5e-5);
        Measurement graph = new Measurement(
                eager.problem(),
                eager.axis(),
                eager.size(),
                eager.runtime(),
                Measurement.GRAPH,
                eager.device(),
                eager.precision(),
                eager.elements(),
                eager.flops(),
                eager.bytes(),
                2.5e-6,
                null,
                null,
                null);
        Results both = withPyTorch();
        Results all = both.with(Map.of(), List.of(graph));
        assertThat(all.ratios())
                .containsAll(both.ratios())
                .contains(
                        new Ratio("add", 10_000, "cuda:0", Precision.F32, "graph", "eager", 8),
                        new Ratio("add", 10_000, "cuda:0", Precision.F32, "graph", "graph", 2));
        assertThat(all.crossovers()).isEqualTo(EXAMPLE.crossovers());
        Table table = ProblemTable.of(all, "add");
        assertThat(table.header()).contains("cuda:0 F32", "cuda:0 F32 graph", "PyTorch/cuda:0 F32 graph");
        assertThat(table.rows().get(1)).contains("2.50 us  4%c", "2.00 graph");
    }

    @Test
    void theShareIsOfTheLimitThatIsNearer() {
        Limits limits = new Limits("cpu", "", 1, 1e9, Map.of(Precision.F32, 4e9));
        // 12 bytes an element at 0.6e9 bytes a second; one operation an element is 1.25 percent of 4e9.
        Limits.Share share = limits.share(measured("cpu", Precision.F32, 1000, 1000 * 12 / 0.6e9, null));
        assertThat(share).isNotNull();
        assertThat(share.percent()).isBetween(59.999, 60.001);
        assertThat(share.ofProducts()).isFalse();
    }

    @Test
    void theTableIsAlignedAndSaysWhatIsMissing() {
        Table table = ProblemTable.of(EXAMPLE, "add");
        assertThat(table.header())
                .containsExactly("elements", "cpu F32", "cuda:0 F32", "cuda:0 BF16", "upload", "download");
        // 12 bytes an element, 1e-8 seconds: 1.2e9 bytes a second, all that the CPU can
        assertThat(table.rows().getFirst())
                .containsExactly("100", "1.00 us  100%c", "10.0 us  0%c", "-", "45.0 us", "45.0 us");
        List<String> lines = table.text().lines().limit(4).toList();
        assertThat(lines).allSatisfy(line -> assertThat(line).hasSameSizeAs(lines.getFirst()));
        assertThat(table.notes()).anySatisfy(note -> assertThat(note).contains("BF16", "a <reason> & more"));
    }

    @Test
    void htmlIsWellFormedAndNeedsNoOtherFile() throws Exception {
        String html = HtmlReport.of(withPyTorch());
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(html.getBytes(StandardCharsets.UTF_8)));
        assertThat(document.getElementsByTagName("svg").getLength()).isOne();
        // cpu F32, cuda F32, and PyTorch's two modes
        assertThat(document.getElementsByTagName("polyline").getLength()).isEqualTo(4);
        assertThat(document.getElementsByTagName("tr").getLength()).isEqualTo(1 + 3);
        for (String element : List.of("a", "img", "link", "script")) {
            assertThat(document.getElementsByTagName(element).getLength())
                    .as(element)
                    .isZero();
        }
        assertThat(html).contains("a &lt;reason&gt; &amp; more", "a &quot;CPU&quot;");
    }

    @Test
    void aLineOfSlopeOneIsStraightAcrossTheChart() throws Exception {
        var points = new java.util.TreeMap<Long, Double>(Map.of(1L, 1.0, 10L, 10.0, 100L, 100.0));
        String svg = new LineChart("n", "s", true, List.of(new LineChart.Line("<line>", false, points))).svg();
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        String[] corners = ((Element) document.getElementsByTagName("polyline").item(0))
                .getAttribute("points")
                .split("[ ,]");
        assertThat(corners).hasSize(6);
        double[] at = java.util.Arrays.stream(corners)
                .mapToDouble(Double::parseDouble)
                .toArray();
        assertThat(at[2] - at[0]).isPositive().isBetween(at[4] - at[2] - 0.11, at[4] - at[2] + 0.11);
        assertThat(at[3] - at[1]).isNegative().isBetween(at[5] - at[3] - 0.11, at[5] - at[3] + 0.11);
    }

    @Test
    void quantitiesHaveThreeDigits() {
        assertThat(Quantity.seconds(1.25e-3)).isEqualTo("1.25 ms");
        assertThat(Quantity.seconds(9.996e-7)).isEqualTo("1.00 us");
        assertThat(Quantity.seconds(72)).isEqualTo("72.0 s");
        assertThat(Quantity.of(3.352e12, "B/s")).isEqualTo("3.35 TB/s");
        assertThat(Quantity.of(999.7e9, "B/s")).isEqualTo("1.00 TB/s");
    }

    /** They took minutes to measure. */
    @Test
    void resultsAreReportedAlsoWherePyTorchFails(@TempDir Path folder) throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs a shell");
        Path script = folder.resolve("bench/pytorch/cpu_gpu.py");
        Files.createDirectories(script.getParent());
        Files.createFile(script);
        Path python = Files.writeString(folder.resolve("python"), "#!/bin/sh\n[ \"$1\" = -c ] && echo 2.9 || exit 3\n");
        assertThat(python.toFile().setExecutable(true)).isTrue();
        String root = System.setProperty("gatun.root", folder.toString());
        try {
            assertThatThrownBy(() -> PyTorch.find(script.toString()))
                    .hasMessageContainingAll("--pytorch: ", script.toString(), "can't be run", ".venv/bin/python");
            PyTorch pytorch = PyTorch.find(python.toString());
            var out = new StringWriter();
            assertThatThrownBy(() -> new CpuGpuCommand().reportBeside(pytorch, 1, EXAMPLE, new PrintWriter(out, true)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("status 3");
            assertThat(out.toString()).isEqualTo(TextReport.of(EXAMPLE));
        } finally {
            if (root == null) {
                System.clearProperty("gatun.root");
            } else {
                System.setProperty("gatun.root", root);
            }
        }
    }
}
