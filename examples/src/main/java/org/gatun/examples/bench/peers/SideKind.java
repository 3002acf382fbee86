package org.gatun.examples.bench.peers;

import java.util.Locale;

/** The runtimes that can be compared. */
enum SideKind {
    /** Gatun itself. */
    GATUN("Gatun", "bench", "org.gatun.bench.GatunSide"),
    /** PyTorch by DJL. */
    DJL("DJL PyTorch", "bench/djl", "org.gatun.bench.djl.DjlSide"),
    /** PyTorch's C++ library by JavaCPP. */
    LIBTORCH("libtorch", "bench/libtorch", "org.gatun.bench.libtorch.LibtorchSide"),
    /** ND4J. */
    ND4J("ND4J", "bench/nd4j", "org.gatun.bench.nd4j.Nd4jSide");

    private final String title;
    private final String module;
    private final String program;

    SideKind(String title, String module, String program) {
        this.title = title;
        this.module = module;
        this.program = program;
    }

    /** As reports name it. */
    String title() {
        return title;
    }

    /** The Maven module that holds its program. */
    String module() {
        return module;
    }

    /** The class that its process runs. */
    String program() {
        return program;
    }

    /** As options and files name it. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
