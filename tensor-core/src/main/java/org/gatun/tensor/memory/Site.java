package org.gatun.tensor.memory;

/** A place in the program, kept to be shown as the cause of a later exception or in a leak report. */
final class Site extends Throwable {
    private static final long serialVersionUID = 1L;

    private final String what;

    Site(String what) {
        super(what);
        this.what = what;
    }

    /** The first frame that is not this package's. */
    String caller() {
        for (StackTraceElement frame : getStackTrace()) {
            if (!frame.getClassName().startsWith("org.gatun.tensor.memory.")) {
                return frame.toString();
            }
        }
        return "unknown";
    }

    @Override
    @SuppressWarnings("OverrideThrowableToString") // a stack trace of it begins with the words alone, without the class
    public String toString() {
        return what;
    }
}
