package org.gatun.bindings;

import static java.lang.foreign.MemorySegment.ofAddress;
import static org.gatun.bindings.openblas.generated.openblas_h.LAPACK_COL_MAJOR;
import static org.gatun.bindings.openblas.generated.openblas_h.LAPACK_ROW_MAJOR;

import org.gatun.bindings.openblas.generated.openblas_h;

/**
 * LAPACK over raw addresses: matrices are row-major where no {@link Order} is asked for, {@code ld} is the distance between rows
 * in elements, and rows and pivots count from 1 as they do in LAPACK.
 *
 * <p>The library is found and loaded on first use, see {@link NativeLibraries}. Sizes and leading dimensions are
 * checked, addresses are not: the caller vouches for them until the call returns. Inputs are searched for NaN. Every
 * call may be made from any thread.
 *
 * <p>Each method throws {@link NativeLibraryException} if no library was found, or one without LAPACK's C interface.
 */
public final class Lapack {

    /** How the matrices of a call lie in memory. LAPACK works on columns; rows cost a copy there and back. */
    public enum Order {
        /** Row by row. */
        ROWS(LAPACK_ROW_MAJOR()),
        /** Column by column. */
        COLUMNS(LAPACK_COL_MAJOR());

        private final int code;

        Order(int code) {
            this.code = code;
        }

        /** The least leading dimension of a matrix. */
        private int leading(int rows, int columns) {
            return Math.max(1, this == ROWS ? columns : rows);
        }
    }

    /** Which singular vectors {@link #gesdd} computes. */
    public enum Vectors {
        /** None: only the singular values; U and V' are not touched. */
        NONE('N'),
        /** The first min(m, n) of each. */
        THIN('S'),
        /** All, so that U and V are square. */
        ALL('A');

        private final char job;

        Vectors(char job) {
            this.job = job;
        }

        private int columnsOfU(int m, int n) {
            return switch (this) {
                case NONE -> 1;
                case THIN -> Math.min(m, n);
                case ALL -> m;
            };
        }
    }

    private static boolean ready;

    private Lapack() {}

    /**
     * Solves {@code A X = B} for general square A, by LU factors with row exchanges.
     *
     * @param type the precision of every matrix and vector
     * @param n rows and columns of A
     * @param nrhs columns of B
     * @param a address of A, which its factors overwrite
     * @param lda distance between A's rows
     * @param ipiv address of n ints, which receive the row exchanges
     * @param b address of B, n by nrhs, which X overwrites
     * @param ldb distance between B's rows
     * @throws LapackException if A is singular, or an input holds a NaN
     * @throws IllegalArgumentException if a size is negative or a leading dimension is less than a row
     */
    public static void gesv(Real type, int n, int nrhs, long a, int lda, long ipiv, long b, int ldb) {
        atLeast(LapackRoutine.GESV, type, "n", n, 0);
        atLeast(LapackRoutine.GESV, type, "nrhs", nrhs, 0);
        atLeast(LapackRoutine.GESV, type, "lda", lda, Math.max(1, n));
        atLeast(LapackRoutine.GESV, type, "ldb", ldb, Math.max(1, nrhs));
        ready();
        int info = switch (type) {
            case F32 ->
                openblas_h.LAPACKE_sgesv(
                        LAPACK_ROW_MAJOR(), n, nrhs, ofAddress(a), lda, ofAddress(ipiv), ofAddress(b), ldb);
            case F64 ->
                openblas_h.LAPACKE_dgesv(
                        LAPACK_ROW_MAJOR(), n, nrhs, ofAddress(a), lda, ofAddress(ipiv), ofAddress(b), ldb);
        };
        LapackRoutine.GESV.check(type, info);
    }

    /**
     * LU factors with row exchanges, {@code A = P L U}, of any m by n matrix. A singular matrix has factors too, so
     * a zero pivot is no exception here.
     *
     * @param order how all matrices lie in memory; a leading dimension is the distance between rows, or between columns
     * @param type the precision of every matrix and vector
     * @param m rows of A
     * @param n columns of A
     * @param a address of A, which L (below the diagonal, its own diagonal is 1) and U overwrite
     * @param lda distance between A's rows
     * @param ipiv address of min(m, n) ints: row i was exchanged with row ipiv[i], both counted from 1
     * @return 0, or the first row, counted from 1, whose pivot is exactly zero
     * @throws LapackException if an input holds a NaN
     * @throws IllegalArgumentException if a size is negative or a leading dimension is less than a row
     */
    public static int getrf(Order order, Real type, int m, int n, long a, int lda, long ipiv) {
        atLeast(LapackRoutine.GETRF, type, "m", m, 0);
        atLeast(LapackRoutine.GETRF, type, "n", n, 0);
        atLeast(LapackRoutine.GETRF, type, "lda", lda, order.leading(m, n));
        ready();
        int info = switch (type) {
            case F32 -> openblas_h.LAPACKE_sgetrf(order.code, m, n, ofAddress(a), lda, ofAddress(ipiv));
            case F64 -> openblas_h.LAPACKE_dgetrf(order.code, m, n, ofAddress(a), lda, ofAddress(ipiv));
        };
        if (info < 0) {
            LapackRoutine.GETRF.check(type, info);
        }
        return info;
    }

    /**
     * The inverse of a square matrix from its LU factors.
     *
     * @param type the precision of every matrix and vector
     * @param n rows and columns of A
     * @param a address of the factors of {@link #getrf}, which the inverse overwrites
     * @param lda distance between A's rows
     * @param ipiv address of the row exchanges
     * @throws LapackException if the matrix is singular, or an input holds a NaN
     * @throws IllegalArgumentException if a size is negative or a leading dimension is less than a row
     */
    public static void getri(Real type, int n, long a, int lda, long ipiv) {
        atLeast(LapackRoutine.GETRI, type, "n", n, 0);
        atLeast(LapackRoutine.GETRI, type, "lda", lda, Math.max(1, n));
        ready();
        int info = switch (type) {
            case F32 -> openblas_h.LAPACKE_sgetri(LAPACK_ROW_MAJOR(), n, ofAddress(a), lda, ofAddress(ipiv));
            case F64 -> openblas_h.LAPACKE_dgetri(LAPACK_ROW_MAJOR(), n, ofAddress(a), lda, ofAddress(ipiv));
        };
        LapackRoutine.GETRI.check(type, info);
    }

    /**
     * Solves {@code op(A) X = B} from the LU factors of A.
     *
     * @param type the precision of every matrix and vector
     * @param trans whether A is transposed
     * @param n rows and columns of A
     * @param nrhs columns of B
     * @param a address of the factors of {@link #getrf}
     * @param lda distance between A's rows
     * @param ipiv address of the row exchanges
     * @param b address of B, n by nrhs, which X overwrites
     * @param ldb distance between B's rows
     * @throws LapackException if an input holds a NaN
     * @throws IllegalArgumentException if a size is negative or a leading dimension is less than a row
     */
    public static void getrs(Real type, boolean trans, int n, int nrhs, long a, int lda, long ipiv, long b, int ldb) {
        atLeast(LapackRoutine.GETRS, type, "n", n, 0);
        atLeast(LapackRoutine.GETRS, type, "nrhs", nrhs, 0);
        atLeast(LapackRoutine.GETRS, type, "lda", lda, Math.max(1, n));
        atLeast(LapackRoutine.GETRS, type, "ldb", ldb, Math.max(1, nrhs));
        ready();
        int info = switch (type) {
            case F32 ->
                openblas_h.LAPACKE_sgetrs(
                        LAPACK_ROW_MAJOR(),
                        letter(trans ? 'T' : 'N'),
                        n,
                        nrhs,
                        ofAddress(a),
                        lda,
                        ofAddress(ipiv),
                        ofAddress(b),
                        ldb);
            case F64 ->
                openblas_h.LAPACKE_dgetrs(
                        LAPACK_ROW_MAJOR(),
                        letter(trans ? 'T' : 'N'),
                        n,
                        nrhs,
                        ofAddress(a),
                        lda,
                        ofAddress(ipiv),
                        ofAddress(b),
                        ldb);
        };
        LapackRoutine.GETRS.check(type, info);
    }

    /**
     * Cholesky factor of a symmetric positive definite matrix: {@code A = U' U} or {@code A = L L'}.
     *
     * @param order how all matrices lie in memory; a leading dimension is the distance between rows, or between columns
     * @param type the precision of every matrix and vector
     * @param upper whether A's upper triangle is the one that is read, else the lower
     * @param n rows and columns of A
     * @param a address of A, whose chosen triangle the factor overwrites; the other triangle stays as it is
     * @param lda distance between A's rows
     * @throws LapackException if A is not positive definite, or an input holds a NaN
     * @throws IllegalArgumentException if a size is negative or a leading dimension is less than a row
     */
    public static void potrf(Order order, Real type, boolean upper, int n, long a, int lda) {
        atLeast(LapackRoutine.POTRF, type, "n", n, 0);
        atLeast(LapackRoutine.POTRF, type, "lda", lda, Math.max(1, n));
        ready();
        int info = switch (type) {
            case F32 -> openblas_h.LAPACKE_spotrf(order.code, letter(upper ? 'U' : 'L'), n, ofAddress(a), lda);
            case F64 -> openblas_h.LAPACKE_dpotrf(order.code, letter(upper ? 'U' : 'L'), n, ofAddress(a), lda);
        };
        LapackRoutine.POTRF.check(type, info);
    }

    /**
     * Solves {@code A X = B} from the Cholesky factor of A.
     *
     * @param type the precision of every matrix and vector
     * @param upper whether the factor is upper triangular
     * @param n rows and columns of A
     * @param nrhs columns of B
     * @param a address of the factor of {@link #potrf}
     * @param lda distance between A's rows
     * @param b address of B, n by nrhs, which X overwrites
     * @param ldb distance between B's rows
     * @throws LapackException if an input holds a NaN
     * @throws IllegalArgumentException if a size is negative or a leading dimension is less than a row
     */
    public static void potrs(Real type, boolean upper, int n, int nrhs, long a, int lda, long b, int ldb) {
        atLeast(LapackRoutine.POTRS, type, "n", n, 0);
        atLeast(LapackRoutine.POTRS, type, "nrhs", nrhs, 0);
        atLeast(LapackRoutine.POTRS, type, "lda", lda, Math.max(1, n));
        atLeast(LapackRoutine.POTRS, type, "ldb", ldb, Math.max(1, nrhs));
        ready();
        int info = switch (type) {
            case F32 ->
                openblas_h.LAPACKE_spotrs(
                        LAPACK_ROW_MAJOR(), letter(upper ? 'U' : 'L'), n, nrhs, ofAddress(a), lda, ofAddress(b), ldb);
            case F64 ->
                openblas_h.LAPACKE_dpotrs(
                        LAPACK_ROW_MAJOR(), letter(upper ? 'U' : 'L'), n, nrhs, ofAddress(a), lda, ofAddress(b), ldb);
        };
        LapackRoutine.POTRS.check(type, info);
    }

    /**
     * Solves {@code op(A) X = B} for triangular A.
     *
     * @param order how all matrices lie in memory; a leading dimension is the distance between rows, or between columns
     * @param type the precision of every matrix and vector
     * @param upper whether A is upper triangular
     * @param trans whether A is transposed
     * @param unit whether A's diagonal is taken to be 1 and not read
     * @param n rows and columns of A
     * @param nrhs columns of B
     * @param a address of A
     * @param lda distance between A's rows
     * @param b address of B, n by nrhs, which X overwrites
     * @param ldb distance between B's rows
     * @throws LapackException if A is singular, or an input holds a NaN
     * @throws IllegalArgumentException if a size is negative or a leading dimension is less than a row
     */
    public static void trtrs(
            Order order,
            Real type,
            boolean upper,
            boolean trans,
            boolean unit,
            int n,
            int nrhs,
            long a,
            int lda,
            long b,
            int ldb) {
        atLeast(LapackRoutine.TRTRS, type, "n", n, 0);
        atLeast(LapackRoutine.TRTRS, type, "nrhs", nrhs, 0);
        atLeast(LapackRoutine.TRTRS, type, "lda", lda, Math.max(1, n));
        atLeast(LapackRoutine.TRTRS, type, "ldb", ldb, order.leading(n, nrhs));
        ready();
        int info = switch (type) {
            case F32 ->
                openblas_h.LAPACKE_strtrs(
                        order.code,
                        letter(upper ? 'U' : 'L'),
                        letter(trans ? 'T' : 'N'),
                        letter(unit ? 'U' : 'N'),
                        n,
                        nrhs,
                        ofAddress(a),
                        lda,
                        ofAddress(b),
                        ldb);
            case F64 ->
                openblas_h.LAPACKE_dtrtrs(
                        order.code,
                        letter(upper ? 'U' : 'L'),
                        letter(trans ? 'T' : 'N'),
                        letter(unit ? 'U' : 'N'),
                        n,
                        nrhs,
                        ofAddress(a),
                        lda,
                        ofAddress(b),
                        ldb);
        };
        LapackRoutine.TRTRS.check(type, info);
    }

    /**
     * Solves least squares problems with a matrix of full rank: the X that minimises {@code |op(A) X - B|}, or, if
     * op(A) has fewer rows than columns, the X of least norm with {@code op(A) X = B}.
     *
     * @param type the precision of every matrix and vector
     * @param trans whether A is transposed
     * @param m rows of A
     * @param n columns of A
     * @param nrhs columns of B
     * @param a address of A, which its factors overwrite
     * @param lda distance between A's rows
     * @param b address of B, max(m, n) by nrhs, which X overwrites, in its first rows
     * @param ldb distance between B's rows
     * @throws LapackException if A does not have full rank, or an input holds a NaN
     * @throws IllegalArgumentException if a size is negative or a leading dimension is less than a row
     */
    public static void gels(Real type, boolean trans, int m, int n, int nrhs, long a, int lda, long b, int ldb) {
        atLeast(LapackRoutine.GELS, type, "m", m, 0);
        atLeast(LapackRoutine.GELS, type, "n", n, 0);
        atLeast(LapackRoutine.GELS, type, "nrhs", nrhs, 0);
        atLeast(LapackRoutine.GELS, type, "lda", lda, Math.max(1, n));
        atLeast(LapackRoutine.GELS, type, "ldb", ldb, Math.max(1, nrhs));
        ready();
        int info = switch (type) {
            case F32 ->
                openblas_h.LAPACKE_sgels(
                        LAPACK_ROW_MAJOR(),
                        letter(trans ? 'T' : 'N'),
                        m,
                        n,
                        nrhs,
                        ofAddress(a),
                        lda,
                        ofAddress(b),
                        ldb);
            case F64 ->
                openblas_h.LAPACKE_dgels(
                        LAPACK_ROW_MAJOR(),
                        letter(trans ? 'T' : 'N'),
                        m,
                        n,
                        nrhs,
                        ofAddress(a),
                        lda,
                        ofAddress(b),
                        ldb);
        };
        LapackRoutine.GELS.check(type, info);
    }

    /**
     * QR factors of an m by n matrix.
     *
     * @param order how all matrices lie in memory; a leading dimension is the distance between rows, or between columns
     * @param type the precision of every matrix and vector
     * @param m rows of A
     * @param n columns of A
     * @param a address of A, which R overwrites on and above the diagonal and the reflectors of Q below it
     * @param lda distance between A's rows
     * @param tau address of min(m, n) numbers, which receive the reflectors' factors
     * @throws LapackException if an input holds a NaN
     * @throws IllegalArgumentException if a size is negative or a leading dimension is less than a row
     */
    public static void geqrf(Order order, Real type, int m, int n, long a, int lda, long tau) {
        atLeast(LapackRoutine.GEQRF, type, "m", m, 0);
        atLeast(LapackRoutine.GEQRF, type, "n", n, 0);
        atLeast(LapackRoutine.GEQRF, type, "lda", lda, order.leading(m, n));
        ready();
        int info = switch (type) {
            case F32 -> openblas_h.LAPACKE_sgeqrf(order.code, m, n, ofAddress(a), lda, ofAddress(tau));
            case F64 -> openblas_h.LAPACKE_dgeqrf(order.code, m, n, ofAddress(a), lda, ofAddress(tau));
        };
        LapackRoutine.GEQRF.check(type, info);
    }

    /**
     * The first n columns of Q from the reflectors of {@link #geqrf}.
     *
     * @param order how all matrices lie in memory; a leading dimension is the distance between rows, or between columns
     * @param type the precision of every matrix and vector
     * @param m rows of Q
     * @param n columns of Q, at most m
     * @param k how many reflectors, at most n
     * @param a address of the reflectors, which Q overwrites
     * @param lda distance between A's rows
     * @param tau address of the reflectors' factors
     * @throws LapackException if an input holds a NaN
     * @throws IllegalArgumentException if a size is negative or a leading dimension is less than a row; or if {@code m < n} or {@code n < k}
     */
    public static void orgqr(Order order, Real type, int m, int n, int k, long a, int lda, long tau) {
        atLeast(LapackRoutine.ORGQR, type, "m", m, 0);
        atLeast(LapackRoutine.ORGQR, type, "n", n, 0);
        atLeast(LapackRoutine.ORGQR, type, "k", k, 0);
        atLeast(LapackRoutine.ORGQR, type, "m", m, n);
        atLeast(LapackRoutine.ORGQR, type, "n", n, k);
        atLeast(LapackRoutine.ORGQR, type, "lda", lda, order.leading(m, n));
        ready();
        int info = switch (type) {
            case F32 -> openblas_h.LAPACKE_sorgqr(order.code, m, n, k, ofAddress(a), lda, ofAddress(tau));
            case F64 -> openblas_h.LAPACKE_dorgqr(order.code, m, n, k, ofAddress(a), lda, ofAddress(tau));
        };
        LapackRoutine.ORGQR.check(type, info);
    }

    /**
     * Singular values, {@code A = U diag(s) V'}, by divide and conquer.
     *
     * @param order how all matrices lie in memory; a leading dimension is the distance between rows, or between columns
     * @param type the precision of every matrix and vector
     * @param vectors which columns of U and rows of V' to compute
     * @param m rows of A
     * @param n columns of A
     * @param a address of A, which is overwritten
     * @param lda distance between A's rows
     * @param s address of min(m, n) numbers, which receive the singular values, the largest first
     * @param u address of U: m by m for all vectors, m by min(m, n) for the thin form
     * @param ldu distance between U's rows
     * @param vt address of V': n by n for all vectors, min(m, n) by n for the thin form
     * @param ldvt distance between the rows of V'
     * @throws LapackException if the iteration did not converge, or an input holds a NaN
     * @throws IllegalArgumentException if a size is negative or a leading dimension is less than a row
     */
    public static void gesdd(
            Order order,
            Real type,
            Vectors vectors,
            int m,
            int n,
            long a,
            int lda,
            long s,
            long u,
            int ldu,
            long vt,
            int ldvt) {
        atLeast(LapackRoutine.GESDD, type, "m", m, 0);
        atLeast(LapackRoutine.GESDD, type, "n", n, 0);
        atLeast(LapackRoutine.GESDD, type, "lda", lda, order.leading(m, n));
        atLeast(
                LapackRoutine.GESDD,
                type,
                "ldu",
                ldu,
                vectors == Vectors.NONE ? 1 : order.leading(m, vectors.columnsOfU(m, n)));
        atLeast(
                LapackRoutine.GESDD,
                type,
                "ldvt",
                ldvt,
                vectors == Vectors.NONE ? 1 : order.leading(vectors.columnsOfU(n, m), n));
        ready();
        int info = switch (type) {
            case F32 ->
                openblas_h.LAPACKE_sgesdd(
                        order.code,
                        letter(vectors.job),
                        m,
                        n,
                        ofAddress(a),
                        lda,
                        ofAddress(s),
                        ofAddress(u),
                        ldu,
                        ofAddress(vt),
                        ldvt);
            case F64 ->
                openblas_h.LAPACKE_dgesdd(
                        order.code,
                        letter(vectors.job),
                        m,
                        n,
                        ofAddress(a),
                        lda,
                        ofAddress(s),
                        ofAddress(u),
                        ldu,
                        ofAddress(vt),
                        ldvt);
        };
        LapackRoutine.GESDD.check(type, info);
    }

    /**
     * Eigenvalues of a symmetric matrix, and its eigenvectors on request, by divide and conquer.
     *
     * @param order how all matrices lie in memory; a leading dimension is the distance between rows, or between columns
     * @param type the precision of every matrix and vector
     * @param vectors whether to compute the eigenvectors
     * @param upper whether A's upper triangle is the one that is read, else the lower
     * @param n rows and columns of A
     * @param a address of A, which the eigenvectors overwrite, one in each column; without them it is overwritten too
     * @param lda distance between A's rows
     * @param w address of n numbers, which receive the eigenvalues, the least first
     * @throws LapackException if the iteration did not converge, or an input holds a NaN
     * @throws IllegalArgumentException if a size is negative or a leading dimension is less than a row
     */
    public static void syevd(Order order, Real type, boolean vectors, boolean upper, int n, long a, int lda, long w) {
        atLeast(LapackRoutine.SYEVD, type, "n", n, 0);
        atLeast(LapackRoutine.SYEVD, type, "lda", lda, Math.max(1, n));
        ready();
        int info = switch (type) {
            case F32 ->
                openblas_h.LAPACKE_ssyevd(
                        order.code,
                        letter(vectors ? 'V' : 'N'),
                        letter(upper ? 'U' : 'L'),
                        n,
                        ofAddress(a),
                        lda,
                        ofAddress(w));
            case F64 ->
                openblas_h.LAPACKE_dsyevd(
                        order.code,
                        letter(vectors ? 'V' : 'N'),
                        letter(upper ? 'U' : 'L'),
                        n,
                        ofAddress(a),
                        lda,
                        ofAddress(w));
        };
        LapackRoutine.SYEVD.check(type, info);
    }

    /**
     * Eigenvalues of a general square matrix, and its eigenvectors on request. A conjugate pair of eigenvalues
     * takes two neighbours, and its eigenvector two columns: the real and the imaginary part.
     *
     * @param order how all matrices lie in memory; a leading dimension is the distance between rows, or between columns
     * @param type the precision of every matrix and vector
     * @param left whether to compute the left eigenvectors
     * @param right whether to compute the right eigenvectors
     * @param n rows and columns of A
     * @param a address of A, which is overwritten
     * @param lda distance between A's rows
     * @param wr address of n numbers, which receive the eigenvalues' real parts
     * @param wi address of n numbers, which receive their imaginary parts
     * @param vl address of n by n numbers for the left eigenvectors; not touched if they are not computed
     * @param ldvl distance between the left vectors' rows
     * @param vr address of n by n numbers for the right eigenvectors; not touched if they are not computed
     * @param ldvr distance between the right vectors' rows
     * @throws LapackException if the iteration did not converge, or an input holds a NaN
     * @throws IllegalArgumentException if a size is negative or a leading dimension is less than a row
     */
    public static void geev(
            Order order,
            Real type,
            boolean left,
            boolean right,
            int n,
            long a,
            int lda,
            long wr,
            long wi,
            long vl,
            int ldvl,
            long vr,
            int ldvr) {
        atLeast(LapackRoutine.GEEV, type, "n", n, 0);
        atLeast(LapackRoutine.GEEV, type, "lda", lda, Math.max(1, n));
        atLeast(LapackRoutine.GEEV, type, "ldvl", ldvl, Math.max(1, left ? n : 1));
        atLeast(LapackRoutine.GEEV, type, "ldvr", ldvr, Math.max(1, right ? n : 1));
        ready();
        int info = switch (type) {
            case F32 ->
                openblas_h.LAPACKE_sgeev(
                        order.code,
                        letter(left ? 'V' : 'N'),
                        letter(right ? 'V' : 'N'),
                        n,
                        ofAddress(a),
                        lda,
                        ofAddress(wr),
                        ofAddress(wi),
                        ofAddress(vl),
                        ldvl,
                        ofAddress(vr),
                        ldvr);
            case F64 ->
                openblas_h.LAPACKE_dgeev(
                        order.code,
                        letter(left ? 'V' : 'N'),
                        letter(right ? 'V' : 'N'),
                        n,
                        ofAddress(a),
                        lda,
                        ofAddress(wr),
                        ofAddress(wi),
                        ofAddress(vl),
                        ldvl,
                        ofAddress(vr),
                        ldvr);
        };
        LapackRoutine.GEEV.check(type, info);
    }

    private static byte letter(char letter) {
        return (byte) letter;
    }

    /** LAPACK itself would print a message to the process's output. */
    private static void atLeast(LapackRoutine routine, Real type, String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    routine.name(type) + ": " + name + " must be " + least + " or more here, was " + value);
        }
    }

    private static void ready() {
        if (!ready) {
            if (NativeLibraries.openBlasSymbols().find("LAPACKE_dgesv").isEmpty()) {
                var resolution = NativeLibraries.openBlas();
                throw new NativeLibraryException(
                        "The CBLAS library in use ("
                                + (resolution.path() == null ? resolution.origin() : resolution.path())
                                + ") does not have LAPACK's C interface (LAPACKE_dgesv), which linear algebra needs. "
                                + OpenBlasLibrary.remedy(Platform.current()),
                        resolution);
            }
            ready = true;
        }
    }
}
