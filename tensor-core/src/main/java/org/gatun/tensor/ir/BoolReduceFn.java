package org.gatun.tensor.ir;

/** Reductions of truth values. */
public enum BoolReduceFn {
    /** True when some element is; false for none. */
    ANY,
    /** True when every element is; true for none. */
    ALL
}
