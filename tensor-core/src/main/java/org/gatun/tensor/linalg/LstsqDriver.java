package org.gatun.tensor.linalg;

/** How {@link Linalg#lstsq(org.gatun.tensor.Tensor, org.gatun.tensor.Tensor, double, LstsqDriver)} works, by LAPACK's names. */
public enum LstsqDriver {
    /** By QR: several times faster, for matrices of full rank only. */
    GELS,
    /** By singular values: for matrices of any rank. */
    GELSD
}
