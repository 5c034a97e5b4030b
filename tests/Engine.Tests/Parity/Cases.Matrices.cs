using TorchSharp;
using static TorchSharp.torch;

namespace Engine.Tests.Parity;

static partial class Cases
{
    static void Matrices()
    {
        Add("matmul", t => t[0].matmul(t[1]), t => matmul(t[0], t[1]));
        Add("mm", t => t[0].mm(t[1]), t => mm(t[0], t[1]));
        Add("bmm", t => t[0].bmm(t[1]), t => bmm(t[0], t[1]));
        Add("mv", t => t[0].mv(t[1]), t => mv(t[0], t[1]));
        Add("dot", t => t[0].dot(t[1]), t => dot(t[0], t[1]));
        Add("outer", t => t[0].outer(t[1]), t => outer(t[0], t[1]));
        Add("addmm", t => t[0].addmm(t[1], t[2], 0.5f, 2), t => addmm(t[0], t[1], t[2], 0.5f, 2));
        Add("baddbmm", t => t[0].baddbmm(t[1], t[2], 0.5f, 2), t => baddbmm(t[0], t[1], t[2], 0.5f, 2));
        Add("cov", t => t[0].cov(), t => cov(t[0]));
        Add("cov.population", t => t[0].cov(0), t => cov(t[0], 0));
        Add("cdist", t => cdist(t[0], t[1]), t => cdist(t[0], t[1], 2, compute_mode.donot_use_mm_for_euclid_dist));
        Add("einsum", t => einsum("bij,bkj->bik", t[0], t[1]));
        Add("det", t => t[0].det(), t => det(t[0]), t => linalg.det(t[0]));
        Add("inverse", t => t[0].inverse(), t => inverse(t[0]), t => linalg.inv(t[0]));
    }

    // Vectors of a decomposition are determined up to their signs: what is made of them is compared.
    static void Decompositions()
    {
        Add("linalg.cholesky", t => linalg.cholesky(t[0].mm(t[0].t())));
        Add("linalg.slogdet", t => linalg.slogdet(t[0]));
        Add("linalg.eigh", t =>
        {
            var (values, vectors) = linalg.eigh(t[0]);
            return (values, vectors.mm(values.square().diag()).mm(vectors.t()));
        });
        Add("linalg.eigh.upper", t => linalg.eigh(t[0], 'U').Item1);
        Add("linalg.eigvalsh", t => linalg.eigvalsh(t[0]));
        Add("linalg.solve", t => linalg.solve(t[0], t[1]));
        Add("linalg.solve_triangular", t => linalg.solve_triangular(t[0], t[1], true));
        Add("linalg.lstsq", t => linalg.lstsq(t[0], t[1]).Item1, t => linalg.lstsq(t[0], t[1], 1e-12).Item1);
        Add("linalg.qr", t =>
        {
            var (q, r) = linalg.qr(t[0]);
            return (q.mm(r), r.abs());
        });
        Add("linalg.qr.complete", t => linalg.qr(t[0], linalg.QRMode.Complete).Item2.abs());
        Add("linalg.svd", t =>
        {
            var (u, values, vh) = linalg.svd(t[0], false);
            return (values, u.mm(values.diag()).mm(vh));
        });
        Add("linalg.svdvals", t => linalg.svdvals(t[0]));
        Add("linalg.pinv", t => linalg.pinv(t[0]));
        Add("linalg.pinv.tensor", t => linalg.pinv(t[0], t[1]), t => linalg.pinv(t[0], 0.1));
        Add("linalg.matrix_rank", t => linalg.matrix_rank(t[0]));
        Add("linalg.matrix_rank.tensor", t => linalg.matrix_rank(t[0], t[1]), t => linalg.matrix_rank(t[0], 0.1));
        Add("linalg.vector_norm", t => linalg.vector_norm(t[0], 3, [1]));
        Add("linalg.matrix_norm", t => linalg.matrix_norm(t[0]));
        Add("linalg.matrix_norm.one", t => linalg.matrix_norm(t[0], 1));
        Add("linalg.norm", t => linalg.norm(t[0]));
        Add("linalg.norm.ord", t => linalg.norm(t[0], 2), t => linalg.norm(t[0], 2.0));
        Add("linalg.norm.name", t => linalg.norm(t[0], "nuc"));
        Add("linalg.cross", t => linalg.cross(t[0], t[1]));
        Add("linalg.multi_dot", t => linalg.multi_dot(t));
    }
}
