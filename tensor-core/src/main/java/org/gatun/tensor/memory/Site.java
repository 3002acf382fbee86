package org.gatun.tensor.memory;

import java.util.regex.Pattern;

/** A place in the program, kept to be shown as the cause of a later exception or in a leak report. */
final class Site extends Throwable {
    private static final long serialVersionUID = 1L;
    private static final Pattern LIBRARY =
            Pattern.compile("org\\.gatun\\.(tensor|autograd|nn|optim)\\.|java\\.|jdk\\.");

    private final String what;

    Site(String what) {
        super(what);
        this.what = what;
    }

    /** The first frame outside the tensor library, which is the line of the user's program; else the outermost frame. */
    String caller() {
        StackTraceElement outermost = null;
        for (StackTraceElement frame : getStackTrace()) {
            if (!LIBRARY.matcher(frame.getClassName()).lookingAt()) {
                return frame.toString();
            }
            outermost = frame;
        }
        return outermost == null ? "an unknown place" : outermost.toString();
    }

    @Override
    @SuppressWarnings("OverrideThrowableToString") // a stack trace of it begins with the words alone, without the class
    public String toString() {
        return what;
    }
}
