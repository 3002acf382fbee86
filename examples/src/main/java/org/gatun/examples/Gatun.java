package org.gatun.examples;

import org.gatun.examples.doctor.DoctorCommand;
import org.gatun.examples.mnist.MnistCommand;
import org.gatun.examples.practical.Practical;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The {@code gatun} command. Exit status 0 only on success; 2 for a mistake on the command line, 1 for any other failure. */
@Command(
        name = "gatun",
        description = "Tensors, gradients and training in the JVM.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {CommandLine.HelpCommand.class, Practical.class, MnistCommand.class, DoctorCommand.class})
public final class Gatun implements Runnable {
    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show the stack trace of an error.")
    private boolean debug;

    private Gatun() {}

    /** Without a subcommand: the usage. */
    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }

    /** The command line, ready to execute: an error is one line on standard error, with {@code --debug} its stack trace too. */
    public static CommandLine commandLine() {
        var gatun = new Gatun();
        return new CommandLine(gatun)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, line, parsed) -> {
                    if (gatun.debug) {
                        e.printStackTrace(line.getErr());
                    } else {
                        String message = e.getMessage() == null ? e.toString() : e.getMessage();
                        line.getErr()
                                .println("gatun: " + message.lines().findFirst().orElse(message)
                                        + " (--debug shows where)");
                    }
                    return CommandLine.ExitCode.SOFTWARE;
                });
    }

    /**
     * Runs the command line and ends the JVM with its exit status.
     *
     * @param args the subcommand and its options
     */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }
}
