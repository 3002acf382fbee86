/** Benchmarks of Gatun beside its peers. */
module org.gatun.bench {
    requires ai.djl.api;
    requires ai.djl.pytorch_engine;
    requires jmh.core;
    requires org.gatun.bindings;
    requires org.gatun.nn;
    requires org.gatun.optim;
    requires static org.jspecify;
}
