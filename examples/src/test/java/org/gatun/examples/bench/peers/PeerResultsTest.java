package org.gatun.examples.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.gatun.examples.bench.Table;
import org.gatun.examples.bench.peers.PeerResults.Limits;
import org.gatun.examples.bench.peers.PeerResults.Measurement;
import org.gatun.examples.bench.peers.PeerResults.Problem;
import org.gatun.examples.bench.peers.PeerResults.Start;
import org.gatun.examples.bench.peers.PeerResults.Work;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

class PeerResultsTest {
    /** 2 Gflop at 10 Gflop/s take 0.2 s; 1 kB at 1 MB/s takes 1 ms. */
    private static final Work WORK = new Work(2e9, 1000, false, 64, "samples");

    private static final PeerResults EXAMPLE = example();

    private static PeerResults example() {
        try {
            return new PeerResults(
                    PeerResults.SCHEMA,
                    "2026-01-01T00:00:00Z",
                    "a machine <of one's own>",
                    "0123abc-dirty",
                    Map.of(SideKind.GATUN, "1", SideKind.DJL, "2", SideKind.ND4J, "3"),
                    List.of(new Limits(1, 1e10, 5e9, new TreeMap<>(Map.of(512L, 1e9, 4096L, 1e6)))),
                    List.of(
                            new Problem("train/mlp a", "train", "mlp", "a", WORK, 1e-4, true, true),
                            new Problem("train/mlp b", "train", "mlp", "b", WORK, 1e-4, true, true)),
                    List.of(
                            new Measurement("train/mlp a", SideKind.GATUN, 1, List.of(0.3, 0.4, 0.5), null, null),
                            new Measurement("train/mlp a", SideKind.DJL, 1, List.of(0.8), 1e-6, null),
                            new Measurement("train/mlp a", SideKind.ND4J, 1, List.of(1.0, 0.9), 1e-6, null),
                            new Measurement("train/mlp b", SideKind.GATUN, 1, List.of(0.2), null, null),
                            new Measurement("train/mlp b", SideKind.DJL, 1, List.of(), 0.5, "differs by 0.5"),
                            new Measurement("train/mlp b", SideKind.ND4J, 1, List.of(), null, Comparison.ABSENT)),
                    List.of(new Start("train/mlp a", SideKind.GATUN, 1, 1.25, 80.0, List.of(2.0, 78.0), 1_000_000L)),
                    List.of("first steps of train/mlp b, ND4J: <none>"),
                    new ObjectMapper()
                            .readTree(
                                    "{\"points\":[{\"step\":10,\"median\":1,\"slowest\":2,\"heap\":4,\"live\":2,\"cached\":2},"
                                            + "{\"step\":20,\"median\":1.5,\"slowest\":3,\"heap\":4,\"live\":2,\"cached\":2,\"resident\":8}]}"));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theRatioIsThatOfTheFastestPeerWhoseResultsAgree() {
        assertThat(EXAMPLE.ratio("train/mlp a", 1))
                .hasValueSatisfying(r -> assertThat(r).isCloseTo(2.0, within(1e-12)));
        assertThat(EXAMPLE.ratio("train/mlp b", 1)).isEmpty();
        assertThat(EXAMPLE.ratio("train/mlp a", 2)).isEmpty();
    }

    @Test
    void theShareIsThatOfTheLimitThatTakesLonger() {
        Problem a = EXAMPLE.problems().getFirst();
        assertThat(EXAMPLE.share(a, 1)).hasValueSatisfying(s -> assertThat(s).isCloseTo(0.5, within(1e-12)));
        Limits limits = EXAMPLE.limits().getFirst();
        assertThat(limits.isOfProducts(WORK)).isTrue();
        var bytes = new Work(0, 1000, false, 0, "");
        assertThat(limits.isOfProducts(bytes)).isFalse();
        assertThat(limits.seconds(bytes)).isCloseTo(1e-3, within(1e-12));
        assertThat(limits.seconds(new Work(0, 100, false, 0, ""))).isCloseTo(1e-7, within(1e-15));
        assertThat(limits.seconds(new Work(0, 1e6, false, 0, ""))).isCloseTo(1, within(1e-9));
        assertThat(limits.seconds(new Work(2e9, 0, true, 0, ""))).isCloseTo(0.4, within(1e-12));
    }

    @Test
    void ofSeveralMeasurementsOfALimitTheBestCounts() {
        Limits first = new Limits(2, 4e9, 3e9, new TreeMap<>(Map.of(512L, 7e8, 4096L, 5e8)));
        Limits second = new Limits(2, 6e9, 2e9, new TreeMap<>(Map.of(512L, 9e8, 4096L, 1e8, 8192L, 1e7)));
        assertThat(first.best(second))
                .isEqualTo(second.best(first))
                .isEqualTo(new Limits(2, 6e9, 3e9, new TreeMap<>(Map.of(512L, 9e8, 4096L, 5e8, 8192L, 1e7))));
    }

    @Test
    void quantilesAreInterpolated() {
        assertThat(PeerResults.quantile(List.of(4.0, 1.0, 3.0, 2.0), 0.5)).isEqualTo(2.5);
        assertThat(PeerResults.quantile(List.of(4.0, 1.0, 3.0, 2.0), 0)).isEqualTo(1);
        assertThat(PeerResults.quantile(List.of(4.0, 1.0, 3.0, 2.0), 1)).isEqualTo(4);
        assertThat(PeerResults.quantile(List.of(), 0.5)).isNaN();
        assertThat(EXAMPLE.measurements().getFirst().spread()).isCloseTo(0.05 / 0.4, within(1e-12));
    }

    @Test
    void theFileIsReadAsItWasWritten(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("results.json");
        Files.writeString(file, EXAMPLE.json());
        assertThat(PeerResults.read(file)).isEqualTo(EXAMPLE);
        Files.writeString(file, EXAMPLE.json().replace(PeerResults.SCHEMA, "other"));
        assertThatThrownBy(() -> PeerResults.read(file)).hasMessageContaining("other");
    }

    @Test
    void tablesShowTimesRatiosRatesAndWhatDiffers() {
        Table table = PeerTables.times(EXAMPLE, "train", 1);
        assertThat(table.header())
                .containsExactly(
                        "problem", "Gatun", "DJL PyTorch", "ND4J", "best peer/Gatun", "of limit", "Gatun's rate");
        assertThat(table.rows().getFirst())
                .containsExactly("mlp a", "400 ms ±13%", "800 ms ±0%", "950 ms ±3%", "2.00", "50%p", "160 samples/s");
        assertThat(table.rows().getLast())
                .containsExactly("mlp b", "200 ms ±0%", "-", "-", "-", "100%p", "320 samples/s");
        assertThat(table.notes()).containsExactly("mlp b, DJL PyTorch: differs by 0.5");
        assertThat(PeerTables.starts(EXAMPLE, 1).rows())
                .containsExactly(List.of("mlp a", "Gatun", "1.25 s", "80.0 s", "100", "1.00 MB"));
        assertThat(PeerText.of(EXAMPLE))
                .contains("train, 1 thread", "fresh processes, 1 thread", "first steps of train/mlp b, ND4J: <none>");
        assertThat(PeerTables.endurance(EXAMPLE.endurance()).rows())
                .containsExactly(
                        List.of("10", "1.00 s", "2.00 s", "4.00 B", "4.00 B", "-"),
                        List.of("20", "1.50 s", "3.00 s", "4.00 B", "4.00 B", "8.00 B"));
        assertThat(PeerText.ofCheck(EXAMPLE))
                .contains("train/mlp b, DJL PyTorch: differs by 0.5", "not all agree, 3 results of peers compared")
                .contains("endurance")
                .doesNotContain(Comparison.ABSENT);
        assertThat(EXAMPLE.disagreement()).isEqualTo("2 results differ or failed: see above");
        assertThat(PeerText.head(EXAMPLE)).contains("Gatun's sources: 0123abc-dirty");
    }

    @Test
    void thePageIsWellFormedAndHasCharts() throws Exception {
        String page = PeerPage.of(EXAMPLE);
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        var document = factory.newDocumentBuilder().parse(new InputSource(new StringReader(page)));
        assertThat(document.getElementsByTagName("svg").getLength()).isEqualTo(2);
        assertThat(page).contains("a machine &lt;of one's own&gt;").doesNotContain("NaN");
    }
}
