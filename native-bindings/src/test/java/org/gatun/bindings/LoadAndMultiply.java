package org.gatun.bindings;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

/** The program that tests run in JVMs of their own: multiplies two numbers by OpenBLAS and says where it came from. */
public final class LoadAndMultiply {

    private LoadAndMultiply() {}

    /**
     * Prints the search and the product of 6 and 7, or the failure and exits with 1.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) {
        try {
            long block = Memory.allocate(64, 64);
            Memory.ALL.set(JAVA_FLOAT, block, 6);
            Memory.ALL.set(JAVA_FLOAT, block + 4, 7);
            OpenBlas.sgemm(false, false, 1, 1, 1, 1, block, 1, block + 4, 1, 0, block + 8, 1);
            System.out.println(NativeLibraries.openBlas().explain());
            System.out.println("path " + NativeLibraries.openBlas().path());
            System.out.println("product " + Memory.ALL.get(JAVA_FLOAT, block + 8));
            Memory.free(block);
        } catch (NativeLibraryException | NativeAccessError failure) {
            System.out.println(failure);
            try {
                System.out.println("again " + OpenBlas.threads());
            } catch (NativeLibraryException | NativeAccessError again) {
                System.out.println("again " + again.getClass().getSimpleName());
            }
            System.exit(1);
        }
    }
}
