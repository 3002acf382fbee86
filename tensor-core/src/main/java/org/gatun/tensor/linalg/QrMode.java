package org.gatun.tensor.linalg;

/** What {@link Linalg#qr(org.gatun.tensor.Tensor, QrMode)} returns for an (m, n) matrix, with k = min(m, n). */
public enum QrMode {
    /** Q (m, k) and R (k, n). */
    REDUCED,
    /** Q (m, m) and R (m, n). */
    COMPLETE,
    /** An empty Q, and R (k, n). */
    R
}
