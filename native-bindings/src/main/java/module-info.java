/**
 * Native libraries seen from Java: bindings to OpenBLAS, thin typed wrappers around them, and the search that finds and
 * loads the libraries. Only {@code org.gatun.tensor} uses it.
 */
module org.gatun.bindings {
    requires static transitive org.jspecify;
}
