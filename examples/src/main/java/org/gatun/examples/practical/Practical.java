package org.gatun.examples.practical;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.gatun.examples.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code gatun practical}: exit status 0 when every answer agrees with the analytic one, otherwise 1. */
@Command(
        name = "practical",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Works through the deep-learning practical: each computed answer beside the analytic one.")
public final class Practical implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** The command, made by picocli. */
    public Practical() {}

    @Override
    public Integer call() {
        return run(spec.commandLine().getOut());
    }

    /** Works through all sections, prints them to {@code out}, and returns the exit status. */
    public static int run(PrintWriter out) {
        var sheet = new Sheet(out);
        Derivatives.run(sheet);
        Partials.run(sheet);
        Graphs.run(sheet);
        Forward.run(sheet);
        return sheet.finish();
    }
}
