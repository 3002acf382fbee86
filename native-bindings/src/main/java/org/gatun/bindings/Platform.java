package org.gatun.bindings;

import java.util.List;
import java.util.Locale;

/**
 * An operating system and a processor architecture, and how native libraries are named there. Everything is a pure
 * function of the two, so that each platform's naming can be tested on any other.
 *
 * @param os the operating system
 * @param arch the processor architecture
 */
public record Platform(Os os, Arch arch) {

    /** An operating system family. */
    public enum Os {
        /** Linux with the GNU C library. */
        LINUX("linux", "Linux"),
        /** macOS. */
        MACOS("macosx", "macOS"),
        /** Windows. */
        WINDOWS("windows", "Windows"),
        /** Anything else: only explicit paths and the system's loader are tried. */
        OTHER("other", "an unknown system");

        private final String id;
        private final String title;

        Os(String id, String title) {
            this.id = id;
            this.title = title;
        }
    }

    /** A processor architecture. */
    public enum Arch {
        /** 64-bit x86. */
        X86_64("x86_64"),
        /** 64-bit ARM. */
        ARM64("arm64"),
        /** Anything else. */
        OTHER("other");

        private final String id;

        Arch(String id) {
            this.id = id;
        }
    }

    /**
     * The platform this JVM runs on.
     *
     * @return the platform by {@code os.name} and {@code os.arch}
     */
    public static Platform current() {
        return of(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
    }

    /**
     * The platform by the JVM's names.
     *
     * @param osName a value of the system property {@code os.name}, such as {@code "Mac OS X"}
     * @param osArch a value of the system property {@code os.arch}, such as {@code "amd64"} or {@code "aarch64"}
     * @return the platform
     */
    public static Platform of(String osName, String osArch) {
        var name = osName.toLowerCase(Locale.ROOT);
        Os os;
        if (name.startsWith("linux")) {
            os = Os.LINUX;
        } else if (name.startsWith("mac") || name.startsWith("darwin")) {
            os = Os.MACOS;
        } else if (name.startsWith("windows")) {
            os = Os.WINDOWS;
        } else {
            os = Os.OTHER;
        }
        var arch = switch (osArch.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64", "x64", "x86-64" -> Arch.X86_64;
            case "aarch64", "arm64" -> Arch.ARM64;
            default -> Arch.OTHER;
        };
        return new Platform(os, arch);
    }

    /**
     * The Maven classifier of native jars for this platform, such as {@code linux-x86_64} or {@code macosx-arm64}.
     *
     * @return the classifier
     */
    public String classifier() {
        return os.id + "-" + arch.id;
    }

    /**
     * Whether a native jar of OpenBLAS exists for this platform: Linux on x86-64 and arm64, macOS on arm64 and Windows
     * on x86-64.
     *
     * @return true if there is a jar
     */
    public boolean hasNativeJar() {
        return switch (os) {
            case LINUX -> arch != Arch.OTHER;
            case MACOS -> arch == Arch.ARM64;
            case WINDOWS -> arch == Arch.X86_64;
            case OTHER -> false;
        };
    }

    /**
     * The file names inside OpenBLAS's native jar that belong together, dependencies first and the BLAS library last.
     *
     * @return the names, empty if there is no jar for this platform
     */
    List<String> openBlasFiles() {
        if (!hasNativeJar()) {
            return List.of();
        }
        return switch (os) {
            case LINUX ->
                arch == Arch.X86_64
                        ? List.of("libgcc_s.so.1", "libquadmath.so.0", "libgfortran.so.5", "libopenblas.so.0")
                        : List.of("libgcc_s.so.1", "libgfortran.so.5", "libopenblas.so.0");
            case MACOS ->
                List.of("libgcc_s.1.1.dylib", "libquadmath.0.dylib", "libgfortran.5.dylib", "libopenblas.0.dylib");
            case WINDOWS -> List.of("libopenblas.dll");
            case OTHER -> List.of();
        };
    }

    /**
     * The name of the Java module that OpenBLAS's native jar declares, such as
     * {@code org.bytedeco.openblas.linux.x86_64}.
     *
     * @return the module name
     */
    String openBlasModule() {
        return "org.bytedeco.openblas." + os.id + "." + arch.id;
    }

    /**
     * The folder inside OpenBLAS's native jar that holds the libraries.
     *
     * @return the folder with a trailing slash
     */
    String openBlasFolder() {
        return "org/bytedeco/openblas/" + classifier() + "/";
    }

    @Override
    public String toString() {
        return os.title + " on " + arch.id;
    }
}
