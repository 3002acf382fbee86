package org.gatun.tensor.cpu;

import java.lang.System.Logger.Level;

/**
 * Decides once, at start, between the Vector API and plain Java.
 *
 * <p>Loops end with one masked vector. On processors without masked loads (NEON) such a load reads a whole vector, up to 64
 * bytes behind the last element, and then drops what the mask excludes: all memory that kernels read ends with so many readable
 * bytes (the allocator's regions and {@link Scratch} see to that). A masked store there goes lane by lane, so that it writes
 * nothing else, which makes the last elements of a row slow.
 */
public final class VectorSupport {
    /** The property that turns the Vector API off when its value is {@code off}. */
    static final String PROPERTY = "gatun.vector";

    private static final String MODULE = "jdk.incubator.vector";

    /** Whether kernels may use the Vector API: its module is there, and the property does not turn it off. */
    public static final boolean ENABLED = isWanted() && isModulePresent();

    private VectorSupport() {}

    /**
     * The kernels for this JVM. Without the Vector API's module on the graph (it is an incubator module, which the class path
     * does not bring in by itself) they are the scalar ones, and a warning names the flag to pass.
     */
    static KernelProvider choose() {
        if (isWanted() && !isModulePresent()) {
            System.getLogger("org.gatun.tensor")
                    .log(
                            Level.WARNING,
                            "The Vector API is not available, so elementwise operations run several times slower than"
                                    + " they could. Start Java with: --add-modules {0}  (to silence this: -D{1}=off)",
                            MODULE,
                            PROPERTY);
        }
        return ENABLED ? new VectorKernels() : new ScalarKernels();
    }

    /** The width of a vector register in bits, 0 without the Vector API. */
    public static int bits() {
        return ENABLED ? Width.preferred() : 0;
    }

    /** Loaded only when the Vector API is there. */
    private static final class Width {
        static int preferred() {
            return jdk.incubator.vector.FloatVector.SPECIES_PREFERRED.vectorBitSize();
        }
    }

    private static boolean isWanted() {
        return !"off".equalsIgnoreCase(System.getProperty(PROPERTY));
    }

    /** Whether this class's own module can use the Vector API. */
    static boolean isModulePresent() {
        return ModuleLayer.boot()
                .findModule(MODULE)
                .filter(VectorSupport.class.getModule()::canRead)
                .isPresent();
    }
}
