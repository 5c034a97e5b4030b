using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Linear algebra of matrices in the last two dimensions; all before them are a batch.</summary>
    public static class linalg
    {
        public enum QRMode { Reduced = 0, Complete = 1, R = 2 }

        static readonly long[] LastTwo = [-2, -1];

        public static Tensor cholesky(Tensor input) => Call("aten::linalg_cholesky", input);

        public static Tensor det(Tensor input) => Call("aten::linalg_det", input);

        public static (Tensor, Tensor) slogdet(Tensor input) => Call2("aten::linalg_slogdet", input);

        /// <summary>Eigenvalues, ascending, and eigenvectors (columns) of symmetric matrices, of which one triangle is read.</summary>
        public static (Tensor, Tensor) eigh(Tensor input, char UPLO = 'L') => Call2("aten::linalg_eigh", input, UPLO.ToString());

        /// <summary>Eigenvalues of symmetric matrices, ascending.</summary>
        public static Tensor eigvalsh(Tensor input, char UPLO = 'L') => Call("aten::linalg_eigvalsh", input, UPLO.ToString());

        public static Tensor inv(Tensor input) => Call("aten::linalg_inv", input);

        public static Tensor solve(Tensor A, Tensor B, bool left = true) => Call("aten::linalg_solve", A, B, left);

        public static Tensor solve_triangular(Tensor A, Tensor B, bool upper, bool left = true, bool unitriangular = false, Tensor? @out = null) => @out is null
            ? Call("aten::linalg_solve_triangular", A, B, upper, left, unitriangular)
            : CallInPlace(@out, "aten::linalg_solve_triangular.out", A, B, upper, left, unitriangular, @out);

        /// <summary>Least squares: solution, residuals, rank, singular values (the last two empty where the method has none).</summary>
        public static (Tensor, Tensor, Tensor, Tensor) lstsq(Tensor input, Tensor other) => Call4("aten::linalg_lstsq", input, other);

        public static (Tensor, Tensor, Tensor, Tensor) lstsq(Tensor input, Tensor other, double rcond) => Call4("aten::linalg_lstsq", input, other, rcond);

        /// <summary>Q and R; Q is empty with QRMode.R.</summary>
        public static (Tensor, Tensor) qr(Tensor input, QRMode mode = QRMode.Reduced) => Call2("aten::linalg_qr", input, mode switch
        {
            QRMode.Complete => "complete",
            QRMode.R => "r",
            _ => "reduced",
        });

        /// <summary>U, the singular values in descending order, and V transposed.</summary>
        public static (Tensor, Tensor, Tensor) svd(Tensor input, bool fullMatrices = true) => Call3("aten::linalg_svd", input, fullMatrices);

        public static Tensor svdvals(Tensor input) => Call("aten::linalg_svdvals", input);

        public static Tensor pinv(Tensor input, double? atol = null, double? rtol = null, bool hermitian = false) =>
            Call("aten::linalg_pinv.atol_rtol_float", input, atol, rtol, hermitian);

        public static Tensor pinv(Tensor input, Tensor atol, Tensor? rtol = null, bool hermitian = false) =>
            Call("aten::linalg_pinv.atol_rtol_tensor", input, atol, rtol, hermitian);

        public static Tensor matrix_rank(Tensor input, Tensor atol, Tensor? rtol = null, bool hermitian = false) =>
            Call("aten::linalg_matrix_rank.atol_rtol_tensor", input, atol, rtol, hermitian);

        public static Tensor matrix_rank(Tensor input, double? atol = null, double? rtol = null, bool hermitian = false) =>
            Call("aten::linalg_matrix_rank.atol_rtol_float", input, atol, rtol, hermitian);

        public static Tensor vector_norm(Tensor input, double ord = 2, long[]? dims = null, bool keepdim = false) =>
            Call("aten::linalg_vector_norm", input, ord, dims, keepdim);

        public static Tensor matrix_norm(Tensor input, string ord = "fro", long[]? dims = null, bool keepdim = false) =>
            Call("aten::linalg_matrix_norm.str_ord", input, ord, dims ?? LastTwo, keepdim);

        public static Tensor matrix_norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false) =>
            Call("aten::linalg_matrix_norm", input, ord, dims ?? LastTwo, keepdim);

        public static Tensor norm(Tensor input, long[]? dims = null, bool keepdim = false) => Call("aten::linalg_norm", input, Value.None, dims, keepdim);

        public static Tensor norm(Tensor input, string ord, long[]? dims = null, bool keepdim = false) => Call("aten::linalg_norm.ord_str", input, ord, dims, keepdim);

        public static Tensor norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false) => Call("aten::linalg_norm", input, ord, dims, keepdim);

        public static Tensor norm(Tensor input, int ord, long[]? dims = null, bool keepdim = false) => norm(input, (double)ord, dims, keepdim);

        public static Tensor cross(Tensor input, Tensor other, long dim = -1) => Call("aten::linalg_cross", input, other, dim);

        public static Tensor multi_dot(IList<Tensor> tensors) => Call("aten::linalg_multi_dot", tensors.ToArray());
    }
}
