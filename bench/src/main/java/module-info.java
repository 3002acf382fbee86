/** Benchmarks of Gatun beside its peers. */
module org.gatun.bench {
    requires jmh.core;
    requires org.gatun.bindings;
    requires org.gatun.nn;
    requires org.gatun.optim;
    requires static org.jspecify;
}
