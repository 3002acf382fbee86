package org.gatun.examples.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FontsTest {
    @Test
    void whateverIsMissingIsOneLineWithARemedy() {
        assertThat(Fonts.missing(() -> 13.5)).isNull();
        assertThat(Fonts.missing(() -> 0)).contains("no height", "fonts-dejavu-core");
        assertThat(Fonts.missing(() -> {
                    throw new IllegalStateException("Fontconfig head is null");
                }))
                .contains("Fontconfig head is null", "fonts-dejavu-core");
        assertThat(Fonts.missing(() -> {
                    throw new UnsatisfiedLinkError("libfontmanager.so");
                }))
                .contains("libfontmanager.so", "not 'headless'");
        assertThat(Fonts.missing(() -> {
                    throw new InternalError("no font");
                }))
                .contains("no font");
    }
}
