package org.gatun.autograd;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.CudaGraph;
import org.gatun.tensor.Tensor;

/**
 * Gradients in captured steps. A graph writes a parameter's gradient into the same memory in each run, whatever has become of {@link
 * Parameter#grad} since: so before each run it is brought to where a run of the step itself would find it.
 */
final class CapturedGradient {
    private CapturedGradient() {}

    /** The step gives a parameter that has no gradient its first one. */
    static void assigns(Parameter p, ConcreteTensor first) {
        Supplier<ConcreteTensor> handles = handles(first);
        CudaGraph.onHost(() -> {
            if (p.grad() != null) {
                throw new IllegalStateException(
                        "CudaGraph: the captured step sets the gradient of the parameter '" + p.name()
                                + "' of shape " + p.shape()
                                + ", which had none then, but has one now that would have to be added to:"
                                + " call zeroGrad() in the step, or before each run as before that one");
            }
            p.replaceGrad(handles.get());
        });
    }

    /** The step gives a parameter another gradient, whether it has one or not. */
    static void replaces(Parameter p, ConcreteTensor next) {
        Supplier<ConcreteTensor> handles = handles(next);
        CudaGraph.onHost(() -> p.replaceGrad(handles.get()));
    }

    /** The step adds to the gradient that a parameter has. */
    static void adds(Parameter p, ConcreteTensor known) {
        if (!CudaGraph.isCapturing()) {
            return;
        }
        ConcreteTensor memory = kept(known);
        var captured = new AtomicBoolean();
        CudaGraph.onHost(() -> {
            Tensor now = p.grad();
            if (captured.getAndSet(true) && !(now instanceof ConcreteTensor c && c.storage() == memory.storage())) {
                if (now == null) {
                    // Added to this, every number is itself, -0 too.
                    memory.fill_(-0.0);
                } else {
                    memory.copy_(now);
                }
                p.replaceGrad(handle(memory));
            }
        });
    }

    /** Gives the very tensor first, then others on its memory. */
    private static Supplier<ConcreteTensor> handles(ConcreteTensor first) {
        ConcreteTensor memory = kept(first);
        var captured = new AtomicBoolean();
        return () -> captured.getAndSet(true) ? handle(memory) : first;
    }

    /** A hold on memory until the graph is closed. */
    private static ConcreteTensor kept(ConcreteTensor t) {
        ConcreteTensor memory = t.saved();
        CudaGraph.onClose(memory::close);
        return memory;
    }

    private static ConcreteTensor handle(ConcreteTensor memory) {
        ConcreteTensor handle = memory.view(memory.layout());
        handle.unscope();
        return handle;
    }
}
