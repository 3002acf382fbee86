package org.gatun.tensor.conformance;

import java.util.Comparator;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.ClassOrdererContext;

/**
 * Runs one class of a module's tests after all others, and begins its work before them in another JVM of low priority: most tests leave a processor
 * idle. A module's build names its subclass as {@code junit.jupiter.testclass.order.default}.
 */
public abstract class BegunFirst implements ClassOrderer {
    private final Class<?> last;
    private final Runnable begin;
    private boolean begun;

    /**
     * The order with a class at the end.
     *
     * @param begin starts the other JVM; called once
     */
    protected BegunFirst(Class<?> last, Runnable begin) {
        this.last = last;
        this.begin = begin;
    }

    @Override
    public void orderClasses(ClassOrdererContext context) {
        if (!begun
                && context.getClassDescriptors().stream().anyMatch(descriptor -> descriptor.getTestClass() == last)) {
            begun = true;
            begin.run();
        }
        context.getClassDescriptors().sort(Comparator.comparing(descriptor -> descriptor.getTestClass() == last));
    }
}
