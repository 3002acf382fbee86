package org.gatun.tensor.cuda;

import org.gatun.tensor.DType;

/** The kernels of {@code windows.cuh}. */
final class WindowKernels {
    private WindowKernels() {}

    private record Key(String name, DType dtype, boolean wide) {}

    /**
     * A kernel over elements.
     *
     * @param name the template's name
     * @param structure the name of its parameter
     * @param dtype the dtype of the elements
     * @param largest the largest number that the kernel divides
     */
    static Kernel of(Gpu gpu, String name, String structure, DType dtype, long largest) {
        return kernel(gpu, name, structure, dtype, CType.of(dtype), largest);
    }

    /** A kernel that also names, first, the type that arithmetic on the elements runs in. */
    static Kernel widened(Gpu gpu, String name, String structure, DType dtype, long largest) {
        return kernel(gpu, name, structure, dtype, CType.arithmetic(dtype) + ", " + CType.of(dtype), largest);
    }

    private static Kernel kernel(Gpu gpu, String name, String structure, DType dtype, String types, long largest) {
        boolean wide = largest > Integer.MAX_VALUE;
        return gpu.kernel(new Key(name, dtype, wide), name + "Kernel", () ->
                """
                #include "windows.cuh"
                extern "C" __global__ void %1$sKernel(%2$s a) {
                    %1$s<%3$s, %4$s>(a);
                }
                """.formatted(name, structure, types, wide ? "i64" : "u32"));
    }
}
