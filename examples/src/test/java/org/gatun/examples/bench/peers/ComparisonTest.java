package org.gatun.examples.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.gatun.examples.bench.peers.PeerResults.Measurement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes of {@link FakeSide} beside each other. */
class ComparisonTest {
    private static final String CLASS_PATH = System.getProperty("java.class.path");

    @Test
    void aPeerHasTimesWhereItsResultsAgreeAndAReasonElse(@TempDir Path folder) throws Exception {
        var started = new ArrayList<SideKind>();
        PeerResults results = run(folder, started, new Settings(2, 1, 0.001, 0.01, 1, 0));
        assertThat(measured(results, "agrees"))
                .isEqualTo(new Measurement("fake/agrees", SideKind.DJL, 1, List.of(0.5, 0.5), 0.0, null));
        assertThat(measured(results, "differs").missing()).isEqualTo("differs by 0.25 of the largest number");
        assertThat(measured(results, "differs").seconds()).isEmpty();
        assertThat(measured(results, "lacks").missing()).isEqualTo(Comparison.ABSENT);
        assertThat(measured(results, "fails").missing()).isEqualTo("no memory");
        assertThat(results.ratio("fake/agrees", 1)).hasValue(2.0);
        assertThat(results.ratio("fake/differs", 1)).isEmpty();
        assertThat(results.limits()).hasSize(1);
        assertThat(results.disagreement()).isEqualTo("3 results differ or failed: see above");
    }

    @Test
    void aProcessThatEndsIsAskedAgainOnce(@TempDir Path folder) throws Exception {
        var started = new ArrayList<SideKind>();
        PeerResults results = run(folder, started, Settings.CHECK);
        assertThat(measured(results, "ends").missing())
                .startsWith(SideKind.DJL.title() + "'s process ended with status 7")
                .contains("a last word")
                .doesNotContain("WARNING");
        assertThat(measured(results, "ends once").missing()).isNull();
        assertThat(measured(results, "ends once").difference()).isEqualTo(0.0);
        assertThat(measured(results, "after").difference()).isEqualTo(0.0);
        assertThat(started).filteredOn(SideKind.DJL::equals).hasSize(4);
        assertThat(started).filteredOn(SideKind.GATUN::equals).hasSize(1);
        assertThat(results.threads()).containsExactly(1);
        assertThat(PeerText.ofCheck(results))
                .contains("fake/ends, DJL PyTorch: ", "not all agree, 4 results of peers compared");
        assertThat(PeerPage.of(results)).contains("differs by 0.25", "ended with status 7");
    }

    private static Measurement measured(PeerResults results, String problem) {
        return results.measurements().stream()
                .filter(m -> m.problem().equals("fake/" + problem) && m.side() == SideKind.DJL)
                .findFirst()
                .orElseThrow();
    }

    private static PeerResults run(Path folder, List<SideKind> started, Settings settings) throws Exception {
        var comparison = new Comparison(
                new TreeSet<>(List.of(SideKind.GATUN, SideKind.DJL)),
                (kind, threads) -> {
                    started.add(kind);
                    return SideProcess.start(
                            kind,
                            FakeSide.class.getName(),
                            CLASS_PATH,
                            threads,
                            List.of(
                                    "-Dfake.gatun=" + (kind == SideKind.GATUN),
                                    "-Dfake.ended=" + folder.resolve("ended")));
                },
                settings,
                folder,
                what -> {});
        comparison.measure(List.of("fake"), "", 1, true, () -> {});
        return comparison.results("now", "here", null, null);
    }
}
