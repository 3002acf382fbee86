package org.gatun.tensor.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SizeClassTest {
    @Test
    void everySizeGetsTheSmallestClassThatHoldsIt() {
        for (int bytes = 0; bytes <= SizeClass.LARGEST; bytes++) {
            int sizeClass = SizeClass.of(bytes);
            assertThat(SizeClass.bytes(sizeClass)).isGreaterThanOrEqualTo(bytes);
            if (sizeClass > 0) {
                assertThat(SizeClass.bytes(sizeClass - 1)).isLessThan(bytes);
            }
        }
    }

    @Test
    void classesAreMultiplesOf64AndWasteAtMostAFifth() {
        assertThat(SizeClass.bytes(0)).isEqualTo(64);
        assertThat(SizeClass.bytes(SizeClass.COUNT - 1)).isEqualTo(SizeClass.LARGEST);
        for (int c = 1; c < SizeClass.COUNT; c++) {
            int here = SizeClass.bytes(c);
            int below = SizeClass.bytes(c - 1);
            assertThat(here % 64).isZero();
            assertThat(here).isGreaterThan(below);
            if (here > 1024) {
                assertThat(here - below - 1).isLessThanOrEqualTo(here / 5);
            }
        }
    }
}
