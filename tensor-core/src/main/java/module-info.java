/** Tensors over native memory, the closed set of operations on them, and the backends that run the operations. */
@SuppressWarnings("module") // the module that it is exported to is compiled after it
module org.gatun.tensor {
    requires com.fasterxml.jackson.core;
    requires jdk.incubator.vector;
    requires org.gatun.bindings;
    requires static org.jspecify;

    exports org.gatun.tensor;
    exports org.gatun.tensor.composite to
            org.gatun.autograd;
    exports org.gatun.tensor.io;
    exports org.gatun.tensor.ir;
    exports org.gatun.tensor.linalg;
    exports org.gatun.tensor.memory;
    exports org.gatun.tensor.random;
    exports org.gatun.tensor.shape;
    exports org.gatun.tensor.trace;
}
