package org.gatun.examples.doctor;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.gatun.examples.ReportFile;
import org.gatun.examples.Version;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gatun doctor}: exit status 0 when tensors can be computed with, otherwise 1. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Looks at the JVM, the processor, the native libraries, the GPU and the data, and says what to do about"
                        + " each thing that is missing.")
public final class DoctorCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(names = "--json", paramLabel = "FILE", description = "Write what was found to this file.")
    private @Nullable Path json;

    /** The command, made by picocli. */
    public DoctorCommand() {}

    @Override
    public Integer call() throws Exception {
        String version = spec.root().versionProvider().getVersion()[0];
        Report report = Examination.of(version, new SystemFiles(Path.of("/")));
        PrintWriter out = spec.commandLine().getOut();
        print(report, out);
        out.flush();
        if (json != null) {
            write(report, json);
        }
        return report.ready() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private static void write(Report report, Path file) throws IOException {
        ReportFile.write(
                file,
                new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(report) + "\n");
    }

    private static void print(Report r, PrintWriter out) {
        out.println(r.gatun());
        section(out, "Java");
        line(
                out,
                "version",
                r.java().version() + ", " + r.java().vendor() + ", " + r.java().machine());
        line(out, "home", r.java().home());
        line(out, "native access", r.java().nativeAccess() ? "enabled" : "not enabled");
        line(out, "Vector API module", r.java().vectorModule() ? "present" : "absent");
        section(out, "Processor");
        Report.Processor p = r.processor();
        line(out, "system", p.system());
        line(out, "name", p.name());
        line(
                out,
                "vector instructions",
                p.vectorInstructions().isEmpty() ? "unknown" : String.join(" ", p.vectorInstructions()));
        line(out, "processors", Integer.toString(p.processors()));
        line(out, "threads in use", Integer.toString(p.threads()));
        line(out, "kernels", p.vectorised() ? "Vector API, " + p.vectorBits() + " bits" : "scalar");
        section(out, "Memory");
        line(out, "heap limit", megabytes(r.memory().heapLimit()));
        Long limit = r.memory().nativeLimit();
        line(out, "native limit", limit == null ? "none (-Dgatun.memory.limit sets one)" : megabytes(limit));
        line(out, "leak detection", r.memory().leakLevel());
        section(out, "Native libraries");
        r.libraries().forEach(library -> print(library, out));
        section(out, "GPU");
        line(
                out,
                "devices",
                r.gpu().devices().isEmpty()
                        ? "none that the system lists"
                        : String.join(", ", r.gpu().devices()));
        line(
                out,
                "driver",
                (r.gpu().driver() == null
                                ? "none that the system lists"
                                : r.gpu().driver())
                        + (r.gpu().cuda() == null
                                ? ""
                                : ", runs CUDA " + r.gpu().cuda()));
        section(out, "Folders");
        Report.Cache cache = r.cache();
        line(
                out,
                "cache",
                cache.folder()
                        + (cache.exists() ? "" : " (not there yet)")
                        + (cache.writable() ? "" : " (can't be written)"));
        line(out, "MNIST", r.data() == null ? "not found in " + String.join(", ", r.dataPlaces()) : r.data());
        section(
                out,
                !r.ready()
                        ? "NOT ready"
                        : "Ready to compute on the CPU"
                                + (r.gpu().ready() ? " and, with Device.cuda(0), on the GPU" : ""));
        print(r.advice(), out);
    }

    private static void print(Report.Library library, PrintWriter out) {
        String works = library.works() == null ? "" : library.works() ? ", works" : ", DOES NOT WORK";
        String version = library.version() == null ? "" : ", " + library.version();
        line(
                out,
                library.name(),
                library.found()
                        ? library.origin() + version + works
                        : "not found (" + (library.neededBy().equals("cpu") ? "required" : "only a GPU needs it")
                                + ")");
        if (library.path() != null) {
            out.println("      " + library.path());
        }
        library.tried().forEach(place -> out.println("      tried " + place));
    }

    private static void print(List<String> advice, PrintWriter out) {
        advice.forEach(line -> out.println("  - " + line));
    }

    private static void section(PrintWriter out, String title) {
        out.printf("%n%s%n", title);
    }

    private static void line(PrintWriter out, String what, @Nullable String value) {
        out.printf("  %-20s %s%n", what, value);
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%,d MiB", bytes >> 20);
    }
}
