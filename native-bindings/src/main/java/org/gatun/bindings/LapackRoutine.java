package org.gatun.bindings;

import static org.gatun.bindings.openblas.generated.openblas_h.LAPACK_TRANSPOSE_MEMORY_ERROR;
import static org.gatun.bindings.openblas.generated.openblas_h.LAPACK_WORK_MEMORY_ERROR;

import java.util.Locale;

/** The LAPACK routines in use, the names of their arguments, and what a positive code of each means. */
enum LapackRoutine {
    GESV(
            "n nrhs a lda ipiv b ldb",
            "pivot %d is exactly zero, so the matrix is singular and the system was not solved"),
    GETRF("m n a lda ipiv", "pivot %d is exactly zero, so the matrix is singular"),
    GETRI("n a lda ipiv", "pivot %d is exactly zero, so the matrix is singular and has no inverse"),
    GETRS("trans n nrhs a lda ipiv b ldb", "code %d, which LAPACK does not describe"),
    POTRF("uplo n a lda", "the leading minor of order %d is not positive, so the matrix is not positive definite"),
    POTRS("uplo n nrhs a lda b ldb", "code %d, which LAPACK does not describe"),
    TRTRS(
            "uplo trans diag n nrhs a lda b ldb",
            "element %d of the diagonal is exactly zero, so the matrix is singular and the system was not solved"),
    GELS(
            "trans m n nrhs a lda b ldb",
            "element %d of the triangular factor's diagonal is exactly zero, so the matrix does not have full rank"
                    + " and the least squares solution was not computed"),
    GEQRF("m n a lda tau", "code %d, which LAPACK does not describe"),
    ORGQR("m n k a lda tau", "code %d, which LAPACK does not describe"),
    GESDD("jobz m n a lda s u ldu vt ldvt", "the singular values did not converge (code %d)"),
    SYEVD("jobz uplo n a lda w", "the eigenvalues did not converge (code %d)"),
    GEEV(
            "jobvl jobvr n a lda wr wi vl ldvl vr ldvr",
            "the QR algorithm did not find all eigenvalues; those after the first %d converged");

    private final String arguments;
    private final String failure;

    LapackRoutine(String arguments, String failure) {
        this.arguments = "layout " + arguments;
        this.failure = failure;
    }

    /** The routine's name for a precision, such as {@code dgesv}. */
    String name(Real type) {
        return type.prefix + name().toLowerCase(Locale.ROOT);
    }

    /** Throws if a code tells of any failure. */
    void check(Real type, int info) {
        if (info != 0) {
            throw new LapackException(name(type), info, meaning(info));
        }
    }

    /** What a code other than zero means. */
    String meaning(int info) {
        if (info > 0) {
            return String.format(Locale.ROOT, failure, info);
        }
        if (info == LAPACK_WORK_MEMORY_ERROR() || info == LAPACK_TRANSPOSE_MEMORY_ERROR()) {
            return "there is not enough memory for its workspace";
        }
        var names = arguments.split(" ", -1);
        if (-info <= names.length) {
            return "argument " + -info + " (" + names[-info - 1] + ") is illegal or holds a NaN";
        }
        return "argument " + -info + " is illegal";
    }
}
