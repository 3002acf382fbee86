package org.gatun.examples;

import org.gatun.examples.practical.Practical;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code gatun} command. Exit status 0 only on success; 2 for a mistake on the command line. */
@Command(
        name = "gatun",
        description = "Tensors, gradients and training in the JVM.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {CommandLine.HelpCommand.class, Practical.class})
public final class Gatun implements Runnable {

    private Gatun() {}

    /** Without a subcommand: the usage. */
    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }

    /**
     * Runs the command line and ends the JVM with its exit status.
     *
     * @param args the subcommand and its options
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Gatun()).execute(args));
    }
}
