package org.gatun.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformTest {

    @ParameterizedTest
    @CsvSource({
        "Linux, amd64, linux-x86_64, true, libopenblas.so.0",
        "Linux, aarch64, linux-arm64, true, libopenblas.so.0",
        "Linux, riscv64, linux-other, false,",
        "Mac OS X, aarch64, macosx-arm64, true, libopenblas.0.dylib",
        "Mac OS X, x86_64, macosx-x86_64, false,",
        "Windows 11, amd64, windows-x86_64, true, libopenblas.dll",
        "Windows Server 2022, amd64, windows-x86_64, true, libopenblas.dll",
        "Windows 11, aarch64, windows-arm64, false,",
        "FreeBSD, amd64, other-x86_64, false,",
    })
    void namesFollowThePlatform(String os, String arch, String classifier, boolean jar, String library) {
        var platform = Platform.of(os, arch);
        assertThat(platform.classifier()).isEqualTo(classifier);
        assertThat(platform.hasNativeJar()).isEqualTo(jar);
        assertThat(platform.openBlasFolder()).isEqualTo("org/bytedeco/openblas/" + classifier + "/");
        if (jar) {
            assertThat(platform.openBlasFiles().getLast()).isEqualTo(library);
            assertThat(platform.openBlasModule()).isEqualTo("org.bytedeco.openblas." + classifier.replace('-', '.'));
            assertThat(OpenBlasLibrary.remedy(platform)).contains("classifier " + classifier);
        } else {
            assertThat(platform.openBlasFiles()).isEmpty();
            assertThat(OpenBlasLibrary.remedy(platform))
                    .contains("no native jar for " + platform)
                    .contains("-Dgatun.openblas.library");
        }
    }

    @Test
    void fortranRunTimesAreLoadedBeforeWhatNeedsThem() {
        assertThat(Platform.of("Linux", "amd64").openBlasFiles())
                .containsExactly("libgcc_s.so.1", "libquadmath.so.0", "libgfortran.so.5", "libopenblas.so.0");
        // Fortran has its own 128-bit floats on arm64
        assertThat(Platform.of("Linux", "aarch64").openBlasFiles())
                .containsExactly("libgcc_s.so.1", "libgfortran.so.5", "libopenblas.so.0");
        assertThat(Platform.of("Mac OS X", "aarch64").openBlasFiles()).allMatch(name -> name.endsWith(".dylib"));
    }

    @Test
    void systemNamesFollowThePlatform() {
        assertThat(OpenBlasLibrary.systemNames(Platform.of("Linux", "amd64"))).startsWith("libopenblas.so.0");
        assertThat(OpenBlasLibrary.systemNames(Platform.of("Mac OS X", "aarch64")))
                .startsWith("libopenblas.0.dylib");
        assertThat(OpenBlasLibrary.systemNames(Platform.of("Windows 10", "amd64")))
                .allMatch(name -> name.endsWith(".dll"));
    }
}
