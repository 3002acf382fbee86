package org.gatun.bindings;

import java.io.Serial;

/** A LAPACK routine refused its arguments or could not finish. The message says what its code means. */
public final class LapackException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String routine;
    private final int info;

    /**
     * Creates the exception.
     *
     * @param routine the routine's name
     * @param info the code that it returned
     * @param meaning what the code means
     */
    LapackException(String routine, int info, String meaning) {
        super(routine + " failed (info " + info + "): " + meaning);
        this.routine = routine;
        this.info = info;
    }

    /**
     * The routine that failed.
     *
     * @return its LAPACK name, such as {@code dgesv}
     */
    public String routine() {
        return routine;
    }

    /**
     * The code that the routine returned: {@code -i} if its i-th argument (the first is the layout) is illegal or holds
     * a NaN, or a positive number whose meaning depends on the routine, such as the row of a zero pivot, counted from 1.
     *
     * @return the code
     */
    public int info() {
        return info;
    }
}
