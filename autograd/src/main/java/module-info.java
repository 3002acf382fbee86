/** Automatic differentiation, reverse and forward, by interpreting the operations of {@code org.gatun.tensor}. */
module org.gatun.autograd {
    requires static org.jspecify;
    requires transitive org.gatun.tensor;

    exports org.gatun.autograd;
}
