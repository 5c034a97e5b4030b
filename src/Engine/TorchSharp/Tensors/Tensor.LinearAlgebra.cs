using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Matrix product of the last two dimensions; those before are broadcast.</summary>
        public Tensor matmul(Tensor target) => Call("aten::matmul", this, target);
        public Tensor mm(Tensor target) => Call("aten::mm", this, target);
        public Tensor bmm(Tensor batch2) => Call("aten::bmm", this, batch2);
        public Tensor mv(Tensor target) => Call("aten::mv", this, target);
        public Tensor dot(Tensor target) => Call("aten::dot", this, target);
        public Tensor outer(Tensor vec2) => Call("aten::outer", this, vec2);
        /// <summary>beta·this + alpha·(mat1 @ mat2).</summary>
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => Call("aten::addmm", this, mat1, mat2, (double)beta, (double)alpha);
        /// <summary>beta·this + alpha·(batch1 @ batch2), matrix by matrix.</summary>
        public Tensor baddbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) => Call("aten::baddbmm", this, batch1, batch2, (double)beta, (double)alpha);
        public Tensor trace() => Call("aten::trace", this);
        /// <summary>Covariance of the rows (variables) over the columns (observations), divided by N − correction.</summary>
        public Tensor cov(long correction = 1, Tensor? fweights = null, Tensor? aweights = null) => Call("aten::cov", this, correction, fweights, aweights);
        public Tensor det() => Call("aten::det", this);
        public Tensor inverse() => Call("aten::inverse", this);
    }

    public static Tensor matmul(Tensor input, Tensor target) => input.matmul(target);
    public static Tensor mm(Tensor input, Tensor target) => input.mm(target);
    public static Tensor bmm(Tensor input, Tensor batch2) => input.bmm(batch2);
    public static Tensor mv(Tensor input, Tensor target) => input.mv(target);
    public static Tensor dot(Tensor input, Tensor other) => input.dot(other);
    public static Tensor outer(Tensor input, Tensor vec2) => input.outer(vec2);
    public static Tensor addmm(Tensor input, Tensor mat1, Tensor mat2, float beta, float alpha) => input.addmm(mat1, mat2, beta, alpha);
    public static Tensor baddbmm(Tensor input, Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) => input.baddbmm(batch1, batch2, beta, alpha);
    public static Tensor trace(Tensor input) => input.trace();
    public static Tensor cov(Tensor input, long correction = 1, Tensor? fweights = null, Tensor? aweights = null) => input.cov(correction, fweights, aweights);
    public static Tensor det(Tensor input) => input.det();
    public static Tensor inverse(Tensor input) => input.inverse();
}
