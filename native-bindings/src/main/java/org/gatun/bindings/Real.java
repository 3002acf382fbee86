package org.gatun.bindings;

/** A precision of real numbers for which LAPACK has routines. */
public enum Real {
    /** Single precision, C's {@code float}. */
    F32('s'),
    /** Double precision, C's {@code double}. */
    F64('d');

    /** The first letter of routine names. */
    final char prefix;

    Real(char prefix) {
        this.prefix = prefix;
    }
}
