/** Benchmarks of Gatun beside its peers. */
module org.gatun.bench {
    exports org.gatun.bench;
    exports org.gatun.bench.suites;

    opens org.gatun.bench; // records that become JSON

    requires com.fasterxml.jackson.databind;
    requires static jdk.incubator.vector;
    requires java.management;
    requires jmh.core;
    requires org.gatun.bindings;
    requires transitive org.gatun.nn;
    requires org.gatun.optim;
    requires static org.jspecify;
}
