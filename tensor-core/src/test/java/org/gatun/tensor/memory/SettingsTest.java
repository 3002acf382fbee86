package org.gatun.tensor.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    @ParameterizedTest
    @CsvSource({
        "1,1",
        "4096,4096",
        "3k,3072",
        "256m,268435456",
        "256MB,268435456",
        "2g,2147483648",
        "1GiB,1073741824",
        "1t,1099511627776"
    })
    void readsSizes(String text, long bytes) {
        assertThat(Settings.bytes("p", text)).isEqualTo(bytes);
    }

    @Test
    void noSettingMeansNoLimit() {
        assertThat(Settings.bytes("p", null)).isEqualTo(Long.MAX_VALUE);
        assertThat(Settings.bytes("p", " ")).isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "many", "12x", "1.5g", "999999999999999t"})
    void refusesWhatIsNoSize(String text) {
        assertThatThrownBy(() -> Settings.bytes("gatun.memory.limit", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("gatun.memory.limit")
                .hasMessageContaining(text)
                .hasMessageContaining("256m");
    }

    @Test
    void readsLeakLevels() {
        assertThat(LeakLevel.parse(null)).isEqualTo(LeakLevel.SAMPLED);
        assertThat(LeakLevel.parse("off")).isEqualTo(LeakLevel.OFF);
        assertThat(LeakLevel.parse("Paranoid")).isEqualTo(LeakLevel.PARANOID);
        assertThatThrownBy(() -> LeakLevel.parse("some"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("off, sampled, paranoid");
    }
}
