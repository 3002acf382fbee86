package org.gatun.tensor.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ten million small operations under a limit of 256 MiB: no growth and no failure, with scopes and by the collector alone. */
@Tag("slow")
class TenMillionTest {
    private static final long LIMIT = 256L << 20;

    @ParameterizedTest
    @ValueSource(strings = {"scopes", "collector"})
    void runWithoutGrowthOrFailure(String how) throws InterruptedException {
        ChildJvm.Result result = ChildJvm.run(
                ManySmallTensors.class,
                List.of("-Xmx1g", "-Dgatun.memory.limit=256m", "--add-modules=jdk.incubator.vector"),
                how);
        assertThat(result.status()).as(result.output()).isZero();
        Map<String, Long> printed = new HashMap<>();
        result.output().lines().filter(line -> line.matches("\\w+=\\d+")).forEach(line -> {
            String[] parts = line.split("=", 2);
            printed.put(parts[0], Long.parseLong(parts[1]));
        });
        assertThat(printed.get("operations")).isGreaterThanOrEqualTo(10_000_000L);
        assertThat(printed.get("checksum")).as("10^4 times 4 + 40").isEqualTo(440_000L);
        assertThat(printed.get("live")).as("live in the end").isZero();
        assertThat(printed.get("held")).isLessThanOrEqualTo(how.equals("scopes") ? 4L << 20 : LIMIT);
    }
}
