package org.gatun.tensor.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs each of {@link LeakPrograms} in a JVM at its leak level and looks at what it reports. */
class LeakDetectionTest {
    private static String run(String level, String... arguments) throws InterruptedException {
        ChildJvm.Result result =
                ChildJvm.run(LeakPrograms.class, List.of("-Xmx256m", "-Dgatun.leak=" + level), arguments);
        assertThat(result.status()).as(result.output()).isZero();
        return result.output();
    }

    @Test
    void paranoidReportsEveryForgottenManualLeaseWithItsSite() throws InterruptedException {
        assertThat(run("paranoid", "manual", "3"))
                .contains("LEAK: 1234 bytes")
                .contains("allocated here")
                .contains("LeakPrograms.forgetManualLeases")
                .contains("leaks=3")
                .contains("live=0");
    }

    @Test
    void sampledReportsSomeForgottenManualLeases() throws InterruptedException {
        String output = run("sampled", "manual", "10000");
        assertThat(output).contains("LEAK: 1234 bytes").contains("-Dgatun.leak=paranoid");
        long leaks = number(output, "leaks=");
        // 10,000 leases, each watched with probability 1/128: 78 expected, standard deviation 8.8.
        assertThat(leaks).isBetween(30L, 130L);
        assertThat(number(output, "live=")).isEqualTo(10_000 - leaks);
    }

    private static long number(String output, String name) {
        return output.lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.substring(name.length())))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void offWatchesNoManualLease() throws InterruptedException {
        assertThat(run("off", "manual", "1000"))
                .doesNotContain("LEAK")
                .contains("leaks=0")
                .contains("live=1000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"off", "sampled", "paranoid"})
    void closedLeasesAndCollectedTensorsAreNoLeaks(String level) throws InterruptedException {
        assertThat(run(level, "closed"))
                .doesNotContain("LEAK")
                .contains("leaks=0")
                .contains("live=0");
        assertThat(run(level, "collected"))
                .doesNotContain("LEAK")
                .contains("leaks=0")
                .contains("live=0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"off", "paranoid"})
    void aScopeOpenAtItsThreadsEndIsReportedAndFreed(String level) throws InterruptedException {
        String output = run(level, "scope");
        assertThat(output)
                .contains("LEAK: memory scope 'forgotten' with 5 tensors")
                .contains("LEAK: memory scope 'outer' with 0 tensors")
                .contains("'careless'")
                .contains("leaks=2")
                .contains("live=0");
        assertThat(output.contains("LeakPrograms.lambda$endThreadWithOpenScope"))
                .isEqualTo(level.equals("paranoid"));
    }

    @Test
    void freshAndFreedMemoryReadsAsNaNInEveryFloatingDtype() throws InterruptedException {
        String output = run("paranoid", "poison");
        assertThat(output.lines().filter(line -> line.startsWith("fr")))
                .hasSize(8)
                .allMatch(line -> line.endsWith("=NaN,NaN,NaN,NaN"));
    }

    @Test
    void aWriteAfterTheFreeIsFound() throws InterruptedException {
        assertThat(run("paranoid", "write-freed"))
                .contains("written after it was freed: byte 5 of a block of 128 bytes")
                .contains("leaks=1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "60", "64", "8128", "8192", "100000", "20000001"})
    void aWritePastTheEndIsFound(String bytes) throws InterruptedException {
        assertThat(run("paranoid", "write-past-end", bytes))
                .contains("written past its end: byte " + bytes + " of a storage of " + bytes + " bytes")
                .contains("leaks=1");
    }

    @Test
    void useAfterCloseShowsTheSiteWhenParanoid() throws InterruptedException {
        assertThat(run("paranoid", "use-closed"))
                .contains("by close()")
                .contains("at the end of memory scope 'step'")
                .contains("Caused by: closed here")
                .contains("LeakPrograms.useClosed");
        assertThat(run("off", "use-closed"))
                .contains("by close(); close it after its last use")
                .contains("run with -Dgatun.leak=paranoid to see where")
                .contains("at the end of memory scope 'step'")
                .doesNotContain("closed here");
    }

    @Test
    void outOfMemorySaysWhenCollectionIsDisabled() throws InterruptedException {
        ChildJvm.Result result = ChildJvm.run(
                LeakPrograms.class,
                List.of("-Xmx256m", "-Dgatun.memory.limit=64m", "-XX:+DisableExplicitGC"),
                "no-collection");
        assertThat(result.output()).contains("out of native memory").contains("-XX:+DisableExplicitGC");
    }

    @Test
    void aMalformedSettingIsNamed() throws InterruptedException {
        ChildJvm.Result result = ChildJvm.run(LeakPrograms.class, List.of("-Dgatun.memory.limit=lots"), "closed");
        assertThat(result.status()).isNotZero();
        assertThat(result.output()).contains("-Dgatun.memory.limit=lots").contains("256m");
    }
}
