package org.gatun.examples.doctor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the doctor saw, as it goes into the JSON file.
 *
 * @param ready whether tensors can be computed with
 * @param gatun the version
 * @param java the JVM
 * @param processor the CPU and how it is used
 * @param memory limits on memory
 * @param libraries each native library, those that the CPU needs first
 * @param gpu the GPUs and their driver
 * @param cache the folder of unpacked libraries
 * @param data the folder of the MNIST files, or null when none was found
 * @param dataPlaces where those were looked for
 * @param advice one line for each thing that is missing
 */
record Report(
        boolean ready,
        String gatun,
        Java java,
        Processor processor,
        Memory memory,
        List<Library> libraries,
        Gpu gpu,
        Cache cache,
        @Nullable String data,
        List<String> dataPlaces,
        List<String> advice) {

    /** The JVM and the flags that matter. */
    record Java(
            String version, String vendor, String home, String machine, boolean nativeAccess, boolean vectorModule) {}

    /** The CPU: its name and vector instructions as far as the system tells, and how Gatun uses it. */
    record Processor(
            String system,
            String name,
            List<String> vectorInstructions,
            int processors,
            int threads,
            boolean vectorised,
            int vectorBits) {}

    /** Limits in bytes; null for none. */
    record Memory(long heapLimit, @Nullable Long nativeLimit, String leakLevel) {}

    /**
     * A native library.
     *
     * @param name its name
     * @param neededBy {@code cpu} or {@code gpu}
     * @param found whether it was found
     * @param path its file, if it was found and the system tells
     * @param origin where it came from
     * @param version what it says of itself
     * @param tried every place looked at, in order, with what was found there
     * @param works whether a trial of it went right; null if it was not tried, as nothing of CUDA is without a GPU
     */
    record Library(
            String name,
            String neededBy,
            boolean found,
            @Nullable String path,
            String origin,
            @Nullable String version,
            List<String> tried,
            @Nullable Boolean works) {}

    /**
     * The GPUs and their driver.
     *
     * @param devices the GPUs that CUDA lists, or else those that the system lists
     * @param driver the driver's version
     * @param cuda the newest version of CUDA that the driver runs
     * @param ready whether tensors can be computed with on a GPU
     * @param problem why not and what to do about it
     */
    record Gpu(
            List<String> devices,
            @Nullable String driver,
            @Nullable String cuda,
            boolean ready,
            @Nullable String problem) {}

    /** The folder of unpacked libraries. */
    record Cache(String folder, boolean exists, boolean writable) {}
}
