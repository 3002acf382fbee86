package org.gatun.autograd;

import static org.gatun.autograd.RandomBlocks.definite;
import static org.gatun.autograd.RandomBlocks.matrix;
import static org.gatun.autograd.RandomBlocks.spread;
import static org.gatun.autograd.RandomBlocks.symmetricSpread;

import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.gatun.tensor.Fft;
import org.gatun.tensor.FftNorm;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.linalg.Eigh;
import org.gatun.tensor.linalg.Linalg;
import org.gatun.tensor.linalg.Lu;
import org.gatun.tensor.linalg.Qr;
import org.gatun.tensor.linalg.Svd;

/**
 * Steps of random functions from linear algebra and Fourier analysis. Of factors with a free sign or order, the step is a function that
 * does not depend on it.
 */
final class RandomLinearAlgebra {
    private RandomLinearAlgebra() {}

    static void addTo(Map<String, UnaryOperator<Tensor>> unary, Map<String, BinaryOperator<Tensor>> binary) {
        factors(unary);
        functions(unary);
        transforms(unary);
        pairs(binary);
    }

    private static void factors(Map<String, UnaryOperator<Tensor>> unary) {
        unary.put("upper cholesky", x -> Linalg.cholesky(definite(x), true));
        unary.put("choleskyInverse", x -> Linalg.choleskyInverse(Linalg.cholesky(definite(x))));
        unary.put("Q exp(R) of QR", x -> {
            Qr qr = Linalg.qr(definite(x));
            return qr.q().matmul(qr.r().tanh());
        });
        unary.put("P L sin(U) of LU", x -> {
            Lu lu = Linalg.lu(symmetricSpread(x));
            return lu.p().matmul(lu.l()).matmul(lu.u().sin());
        });
        unary.put("V sin(w) V^T of eigh", x -> {
            Eigh e = Linalg.eigh(symmetricSpread(x));
            return e.vectors().mul(e.values().sin()).matmul(e.vectors().mT());
        });
        unary.put("U sin(s) V^T of SVD", x -> {
            Svd svd = Linalg.svd(spread(x), false);
            return svd.u().mul(svd.s().sin()).matmul(svd.vh());
        });
    }

    private static void functions(Map<String, UnaryOperator<Tensor>> unary) {
        unary.put("slogdet", x -> Linalg.slogdet(definite(x)).logAbsDet());
        unary.put("det of a matrix that may be singular", x -> {
            Tensor m = matrix(x).tanh();
            return Linalg.det(m.matmul(m.mT()));
        });
        unary.put("pinv", x -> Linalg.pinv(definite(x)));
        unary.put("pinv of a tall matrix", x -> {
            Tensor d = definite(x);
            return Linalg.pinv(Tensors.cat(0, d, d.sin()));
        });
        unary.put("matrixNorm", x -> Linalg.matrixNorm(definite(x)));
        unary.put("vectorNorm 3", x -> Linalg.vectorNorm(x.square().add(0.5), 3));
        unary.put("cond", x -> Linalg.cond(spread(x)));
        unary.put("matrixPower 3", x -> Linalg.matrixPower(definite(x).mul(0.3), 3));
        unary.put("matrixPower -2", x -> Linalg.matrixPower(definite(x), -2));
        unary.put("trace", x -> Linalg.trace(matrix(x)));
        unary.put("tensorInv", x -> Linalg.tensorInv(definite(x), 1));
        unary.put("cov", x -> Tensors.cat(1, matrix(x), matrix(x).sin()).cov());
    }

    /** A complex tensor that is nowhere near 0. */
    private static Tensor complex(Tensor x) {
        return Fft.complex(x.square().add(0.5), x.sin());
    }

    private static Tensor vector(Tensor x) {
        return RandomBlocks.atLeast(1, x);
    }

    private static void transforms(Map<String, UnaryOperator<Tensor>> unary) {
        unary.put("fft", x -> Fft.fft(complex(vector(x))));
        unary.put("ifft", x -> Fft.ifft(complex(vector(x))));
        unary.put("fft of 5, orthonormal", x -> Fft.fft(complex(vector(x)), 5, -1, FftNorm.ORTHO));
        unary.put("rfft of 3 along the first axis", x -> Fft.rfft(vector(x), 3, 0, FftNorm.FORWARD));
        unary.put("hfft", x -> Fft.hfft(complex(vector(x)), 4, -1, FftNorm.ORTHO));
        unary.put("ihfft", x -> Fft.ihfft(vector(x)));
        unary.put("fft2", x -> Fft.fft2(complex(matrix(x))));
        unary.put("ifft2", x -> Fft.ifft2(complex(matrix(x))));
        unary.put("rfft2", x -> Fft.rfft2(matrix(x)));
        unary.put(
                "irfft2", x -> Fft.irfftn(complex(matrix(x)), new long[] {3, 4}, new int[] {-2, -1}, FftNorm.BACKWARD));
        unary.put("fftn then ifftn of the square", x -> {
            Tensor z = Fft.fftn(complex(vector(x)), 0);
            return Fft.ifftn(Fft.mul(z, z), 0).mul(0.1);
        });
        unary.put("rfftn", x -> Fft.rfftn(vector(x), 0));
        unary.put("fftshift", x -> Fft.fftshift(vector(x), 0));
        unary.put("ifftshift", x -> Fft.ifftshift(vector(x), -1));
        unary.put("absolute value of complex numbers", x -> Fft.abs(complex(x)));
        unary.put("angle of complex numbers", x -> Fft.angle(complex(x)));
        unary.put("product with the conjugate", x -> Fft.mul(complex(x), Fft.conj(complex(x.sin()))));
        unary.put("real and imaginary part", x -> Fft.real(complex(x)).sub(Fft.imag(complex(x))));
        unary.put(
                "convolution by FFT",
                x -> Fft.irfft(
                        Fft.mul(Fft.rfft(vector(x), 6, -1, FftNorm.BACKWARD), complex(Tensors.of(0.3, -1.2, 0.8, 0.1))),
                        6,
                        -1,
                        FftNorm.BACKWARD));
    }

    private static void pairs(Map<String, BinaryOperator<Tensor>> binary) {
        binary.put("solve from the right", (a, b) -> Linalg.solve(definite(a), b, false));
        binary.put("solve with an unsymmetric matrix", (a, b) -> {
            Tensor d = definite(a);
            return Linalg.solve(d.triu(0).mul(2).add(d), b);
        });
        binary.put("choleskySolve", (a, b) -> Linalg.choleskySolve(b, Linalg.cholesky(definite(a))));
        binary.put(
                "solveTriangular, upper, from the right",
                (a, b) -> Linalg.solveTriangular(Linalg.cholesky(definite(a), true), b, true, false, false));
        binary.put(
                "solveTriangular with ones on the diagonal",
                (a, b) -> Linalg.solveTriangular(definite(a).mul(0.2), b, false, true, true));
        binary.put("luSolve", (a, b) -> Linalg.luSolve(Linalg.luFactor(definite(a)), b));
        binary.put("luSolve, transposed", (a, b) -> Linalg.luSolve(Linalg.luFactor(definite(a)), b, true, true));
        binary.put("lstsq", (a, b) -> {
            Tensor d = definite(a);
            return Linalg.lstsq(Tensors.cat(0, d, d.sin()), Tensors.cat(0, b, b.cos()))
                    .solution();
        });
        binary.put("tensorSolve", (a, b) -> Linalg.tensorSolve(definite(a), b));
        binary.put("einsum ij,jk,kl->il", (a, b) -> Tensors.einsum("ij,jk,kl->il", a, b, b.transpose(-2, -1)));
        binary.put("einsum ii,ij->j", (a, b) -> Tensors.einsum("ii,ij->j", definite(a), b));
        binary.put("einsum ab...,cb...->...ac", (a, b) -> Tensors.einsum("ab...,cb...->...ac", a, b));
        binary.put("tensordot along one axis", (a, b) -> Tensors.tensordot(a, b, new int[] {0}, new int[] {-1}));
    }
}
