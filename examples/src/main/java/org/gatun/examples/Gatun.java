package org.gatun.examples;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import org.gatun.examples.bench.BenchCommand;
import org.gatun.examples.doctor.DoctorCommand;
import org.gatun.examples.mnist.MnistCommand;
import org.gatun.examples.practical.Practical;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code gatun} command. Exit status 0 only on success; 2 for a mistake on the command line, 1 for any other failure. */
@Command(
        name = "gatun",
        description = "Tensors, gradients and training in the JVM.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            CommandLine.HelpCommand.class,
            Practical.class,
            MnistCommand.class,
            BenchCommand.class,
            DoctorCommand.class
        })
public final class Gatun implements Runnable {
    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show the stack trace of an error.")
    private boolean debug;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private Gatun() {}

    /** Without a subcommand: the usage. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /**
     * Runs the command line: an error is one line on standard error, with {@code --debug} its stack trace; a mistake on the command
     * line is one line and the usage.
     *
     * @param out where commands print
     * @param err where errors go
     * @param args the subcommand and its options
     * @return the exit status: 0 on success, 2 for a mistake on the command line, 1 for any other failure
     */
    public static int execute(PrintWriter out, PrintWriter err, String... args) {
        var gatun = new Gatun();
        var line = new CommandLine(gatun)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(out)
                .setErr(err)
                .setParameterExceptionHandler(Gatun::misused)
                .setExecutionExceptionHandler((e, command, parsed) -> gatun.failed(e, err));
        try {
            return line.execute(args);
        } catch (Error e) { // picocli handles exceptions only
            return gatun.failed(e, err);
        }
    }

    private static int misused(ParameterException mistake, String[] args) {
        CommandLine command = mistake.getCommandLine();
        PrintWriter err = command.getErr();
        if (Arrays.asList(args).contains("--debug")) { // which a mistake may have kept from being read
            mistake.printStackTrace(err);
        } else {
            List<String> similar =
                    mistake instanceof UnmatchedArgumentException unknown ? unknown.getSuggestions() : List.of();
            err.println(command.getCommandSpec().qualifiedName() + ": " + ErrorLine.of(mistake)
                    + (similar.isEmpty() ? "" : "; did you mean " + String.join(" or ", similar) + "?"));
        }
        command.usage(err);
        err.flush();
        return CommandLine.ExitCode.USAGE;
    }

    private int failed(Throwable failure, PrintWriter err) {
        if (debug) {
            failure.printStackTrace(err);
        } else {
            err.println("gatun: " + ErrorLine.of(failure) + " (--debug shows where)");
        }
        err.flush();
        return CommandLine.ExitCode.SOFTWARE;
    }

    /**
     * Runs the command line and ends the JVM with its exit status.
     *
     * @param args the subcommand and its options
     */
    public static void main(String[] args) {
        System.exit(execute(
                new PrintWriter(System.out, true, System.out.charset()),
                new PrintWriter(System.err, true, System.err.charset()),
                args));
    }
}
