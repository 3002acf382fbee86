/**
 * Native libraries seen from Java: bindings to OpenBLAS and CUDA, thin typed wrappers around them, and the search that finds and
 * loads the libraries. {@code org.gatun.tensor} calls it; the command line asks it where libraries were found.
 */
@SuppressWarnings("module") // the modules that it is exported to are compiled after it
module org.gatun.bindings {
    requires static org.jspecify;

    exports org.gatun.bindings to
            org.gatun.tensor,
            org.gatun.examples,
            org.gatun.bench;
    exports org.gatun.bindings.cuda to
            org.gatun.tensor,
            org.gatun.examples,
            org.gatun.bench;
    exports org.gatun.bindings.openblas.generated to
            org.gatun.tensor;
}
