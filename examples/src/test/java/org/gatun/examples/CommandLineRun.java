package org.gatun.examples;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/**
 * What the command line did, run within this JVM.
 *
 * @param status the exit status
 * @param out what it printed
 * @param err what it printed on standard error
 */
public record CommandLineRun(int status, String out, String err) {
    /** Runs {@code gatun} with the given arguments. */
    public static CommandLineRun of(Object... arguments) {
        var out = new StringWriter();
        return of(out, arguments);
    }

    /** As above, printing to {@code out}, which may interrupt the run by throwing. */
    public static CommandLineRun of(StringWriter out, Object... arguments) {
        var err = new StringWriter();
        String[] words = List.of(arguments).stream().map(Object::toString).toArray(String[]::new);
        int status = Gatun.execute(new PrintWriter(out, true), new PrintWriter(err, true), words);
        return new CommandLineRun(status, out.toString(), err.toString());
    }

    /** The lines on standard error. */
    public List<String> errorLines() {
        return err.lines().toList();
    }
}
