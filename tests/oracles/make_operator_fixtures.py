"""Writes what PyTorch's operators and modules answer, and their gradients, to a safetensors file.

    python3 make_operator_fixtures.py [OUT]     (Debian's python3-torch 1.13.1)

A case NAME holds NAME/in0 ..., NAME/out0 ..., and where the output is differentiable NAME/up0 ... (the upstream
gradients) and NAME/grad0 ... (of the inputs that have one). A module adds NAME/state.KEY, NAME/grad.KEY and, for
buffers that training changes, NAME/after.KEY. Each case draws from its own seed, so adding one changes no other.
"""

import pathlib
import sys
import zlib

import torch
import torch.nn.functional as F
from torch import linalg, nn

import safetensors_file

OUT = pathlib.Path(__file__).parent.parent / "Engine.Tests/Fixtures/Operators/operators.safetensors"

tensors = {}


class Draw:
    """One input, made when its case runs."""

    def __init__(self, make, gradient=True):
        self.make, self.gradient = make, gradient


def normal(*shape, dtype=torch.float32):
    return Draw(lambda: torch.randn(shape, dtype=dtype))


def positive(*shape):
    return Draw(lambda: torch.rand(shape) * 1.5 + 0.5)


def unit(*shape):
    """Within (-0.9, 0.9)."""
    return Draw(lambda: torch.rand(shape) * 1.8 - 0.9)


def probabilities(*shape):
    return Draw(lambda: torch.rand(shape) * 0.8 + 0.1)


def whole(high, *shape):
    return Draw(lambda: torch.randint(high, shape), gradient=False)


def flags(*shape):
    return Draw(lambda: torch.rand(shape) < 0.5, gradient=False)


def given(values, dtype=None, gradient=False):
    return Draw(lambda: torch.tensor(values, dtype=dtype), gradient)


def constant(draw):
    return Draw(draw.make, gradient=False)


def matrix(rows, columns=None, batch=()):
    return normal(*batch, rows, columns or rows, dtype=torch.float64)


def symmetric(size):
    """With distinct eigenvalues."""
    def make():
        q, _ = torch.linalg.qr(torch.randn(size, size, dtype=torch.float64))
        return q @ torch.diag(torch.arange(1.0, size + 1, dtype=torch.float64)) @ q.T
    return Draw(make)


def invertible(size):
    return Draw(lambda: torch.randn(size, size, dtype=torch.float64) + 3 * torch.eye(size, dtype=torch.float64))


def case(name, function, *draws):
    assert f"{name}/out0" not in tensors, name
    torch.manual_seed(zlib.crc32(name.encode()))
    inputs = [draw.make() for draw in draws]
    for k, value in enumerate(inputs):
        tensors[f"{name}/in{k}"] = value.clone()
    for value, draw in zip(inputs, draws):
        if draw.gradient and value.is_floating_point():
            value.requires_grad_()
    outputs = function(*inputs)
    outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
    for k, value in enumerate(outputs):
        tensors[f"{name}/out{k}"] = value.detach().clone()
    upstream(name, outputs)
    for k, value in enumerate(inputs):
        if value.grad is not None:
            tensors[f"{name}/grad{k}"] = value.grad


def upstream(name, outputs):
    followed = [(k, value) for k, value in enumerate(outputs) if value.requires_grad]
    if not followed:
        return
    gradients = [torch.randn_like(value) for _, value in followed]
    for (k, _), gradient in zip(followed, gradients):
        tensors[f"{name}/up{k}"] = gradient
    torch.autograd.backward([value for _, value in followed], gradients)


def module(name, net, draw, training=True):
    """One module: formula-free weights from the case's seed, its output, all gradients and changed buffers."""
    torch.manual_seed(zlib.crc32(name.encode()))
    net.train(training)
    with torch.no_grad():
        for key, value in net.state_dict().items():
            if value.is_floating_point():
                value.copy_(torch.rand_like(value) + 0.5 if "var" in key else torch.randn_like(value) * 0.5)
            tensors[f"{name}/state.{key}"] = value.clone()
    x = draw.make()
    tensors[f"{name}/in0"] = x.clone()
    x.requires_grad_()
    y = net(x)
    tensors[f"{name}/out0"] = y.detach().clone()
    upstream(name, [y])
    tensors[f"{name}/grad0"] = x.grad
    for key, value in net.named_parameters():
        tensors[f"{name}/grad.{key}"] = value.grad
    for key, value in net.named_buffers():
        tensors[f"{name}/after.{key}"] = value.clone()


def arithmetic():
    a, b, row = normal(2, 3), positive(2, 3), normal(3)
    case("add", lambda x, y: x + y, a, row)
    case("add.scalar", lambda x: x + 2.5, a)
    case("add.alpha", lambda x, y: torch.add(x, y, alpha=-0.5), a, row)
    case("add.scalar_alpha", lambda x: torch.add(x, 2.0, alpha=0.5), a)
    case("sub", lambda x, y: x - y, a, row)
    case("sub.scalar", lambda x: x - 2.5, a)
    case("sub.from_scalar", lambda x: 2.5 - x, a)
    case("mul", lambda x, y: x * y, a, row)
    case("mul.scalar", lambda x: x * 2.5, a)
    case("div", lambda x, y: x / y, a, b)
    case("div.scalar", lambda x: x / 2.5, a)
    case("div.from_scalar", lambda x: 2.5 / x, b)
    case("div.floor", lambda x, y: torch.div(x, y, rounding_mode="floor"), constant(a), constant(b))
    case("div.trunc", lambda x: torch.div(x, 0.3, rounding_mode="trunc"), constant(a))
    case("remainder", torch.remainder, a, constant(b))
    case("remainder.scalar", lambda x: x % 0.7, a)
    case("fmod", torch.fmod, a, constant(b))
    case("fmod.scalar", lambda x: torch.fmod(x, 0.7), a)
    case("floor_divide", torch.floor_divide, constant(a), constant(b))
    case("floor_divide.scalar", lambda x: torch.floor_divide(x, 2), whole(20, 2, 3))
    case("pow", torch.pow, b, a)
    case("pow.scalar", lambda x: x ** 3, a)
    case("addcmul", lambda x, y, z: torch.addcmul(x, y, z, value=0.5), a, b, row)
    case("addcdiv", lambda x, y, z: torch.addcdiv(x, y, z, value=0.5), a, row, b)
    case("addcdiv.one", torch.addcdiv, a, row, b)
    case("lerp", torch.lerp, a, row, probabilities(2, 3))
    case("clamp", lambda x: x.clamp(-0.5, 0.5), a)
    case("clamp.tensor", torch.clamp, a, given([-0.5, -0.2, 0.0]), given([0.5, 0.2, 0.1]))
    case("clamp_min", lambda x: x.clamp_min(0), a)
    case("clamp_max", lambda x: x.clamp_max(0.5), a)
    case("maximum", torch.maximum, a, row)
    case("minimum", torch.minimum, a, row)
    case("hypot", torch.hypot, a, b)
    case("atan2", torch.atan2, a, b)
    case("nan_to_num", lambda x: torch.nan_to_num(x, 1.5, 2.5, -2.5), SPECIAL)


SPECIAL = given([0.0, 1.0, float("nan"), float("inf"), -float("inf"), -2.0])


def elementary():
    for name in "abs neg exp sin cos tan atan sinh cosh tanh sigmoid relu relu6 square erf expm1 silu selu floor ceil trunc frac sign round".split():
        case(name, getattr(torch, name, None) or getattr(F, name), normal(2, 3))
    for name in "log log2 log10 log1p sqrt rsqrt reciprocal".split():
        case(name, getattr(torch, name), positive(2, 3))
    for name in "asin acos".split():
        case(name, getattr(torch, name), unit(2, 3))
    for name in "isnan isinf isfinite".split():
        case(name, getattr(torch, name), SPECIAL)
    case("round.decimals", lambda x: torch.round(x, decimals=1), normal(2, 3))
    case("logical_not", torch.logical_not, whole(2, 2, 3))
    case("bitwise_not", torch.bitwise_not, whole(9, 2, 3))
    a = normal(2, 3)
    case("leaky_relu", lambda x: F.leaky_relu(x, 0.2), a)
    case("elu", lambda x: F.elu(x, 1.5), a)
    case("elu.scales", lambda x: torch.ops.aten.elu(x, 1.5, 1.2, 0.5), a)
    case("gelu", F.gelu, a)
    case("softplus", lambda x: F.softplus(x, 2.0, 1.5), a)
    case("prelu", F.prelu, normal(2, 3, 4), normal(3))
    case("mish", F.mish, a)
    case("logsigmoid", F.logsigmoid, a)
    case("hardtanh", lambda x: F.hardtanh(x, -0.5, 0.7), a)


def comparison():
    a, b = given([[0.0, 1, 2], [3, 4, 5]]), given([[0.0, 2, 2], [4, 3, 5]])
    for name in "eq ne lt gt le ge".split():
        case(name, getattr(torch, name), a, b)
        case(name + ".scalar", lambda x: getattr(torch, name)(x, 2), a)
    for name in "logical_and logical_or logical_xor".split():
        case(name, getattr(torch, name), flags(2, 3), flags(2, 3))
    for name in "bitwise_and bitwise_or bitwise_xor".split():
        case(name, getattr(torch, name), whole(9, 2, 3), whole(9, 2, 3))
    case("where", torch.where, flags(2, 3), normal(2, 3), normal(3))
    case("where.indices", lambda x: torch.where(x), flags(3, 4))
    case("masked_fill", lambda x, m: x.masked_fill(m, -1.5), normal(2, 3), flags(2, 3))
    case("masked_select", torch.masked_select, normal(2, 3), given([[True, False, True], [False, True, True]]))
    case("isclose", torch.isclose, given([1.0, 2.0, 3.0]), given([1.0 + 1e-6, 2.1, 3.0]))


def reductions():
    a, cube = normal(3, 4), normal(2, 3, 4)
    case("sum", torch.sum, a)
    case("sum.double", lambda x: torch.sum(x, dtype=torch.float64), a)
    case("sum.dims", lambda x: x.sum((0, 2)), cube)
    case("sum.keepdim", lambda x: x.sum(1, keepdim=True), cube)
    case("sum.three", lambda x: x.sum((0, 1, 2)), cube)
    case("mean", torch.mean, a)
    case("mean.dims", lambda x: x.mean((1, 2), keepdim=True), cube)
    case("prod", torch.prod, a)
    case("prod.dim", lambda x: x.prod(1), a)
    for name in ("std", "var"):
        case(name, lambda x: getattr(torch, name)(x, unbiased=False), a)
        case(name + ".dim", lambda x: getattr(torch, name)(x, 1), a)
        case(name + ".dims", lambda x: getattr(torch, name)(x, (0, 2), unbiased=False, keepdim=True), cube)
        case(name + ".three", lambda x: getattr(torch, name)(x, (0, 1, 2)), cube)
        case(name + "_mean", lambda x: getattr(torch, name + "_mean")(x, unbiased=True), a)
        case(name + "_mean.dim", lambda x: getattr(torch, name + "_mean")(x, 1), a)
        case(name + "_mean.dims", lambda x: getattr(torch, name + "_mean")(x, (0, 2), unbiased=False, keepdim=True), cube)
        case(name + "_mean.three", lambda x: getattr(torch, name + "_mean")(x, (0, 1, 2)), cube)
    case("norm", lambda x: torch.norm(x, 3), a)
    case("norm.dim", lambda x: torch.norm(x, 2, dim=1, keepdim=True), a)
    case("norm.all", torch.norm, a)
    case("dist", lambda x, y: torch.dist(x, y, 2), a, normal(3, 4))
    case("trace", torch.trace, normal(3, 3))


def extrema():
    a = normal(3, 4)
    for name in ("max", "min"):
        case(name, getattr(torch, name), a)
        case(name + ".dim", lambda x: getattr(torch, name)(x, 1, keepdim=True), a)
        case("arg" + name, getattr(torch, "arg" + name), a)
        case("arg" + name + ".dim", lambda x: getattr(torch, "arg" + name)(x, 1), a)
        case("a" + name, lambda x: getattr(torch, "a" + name)(x, (0, 2)), normal(2, 3, 4))
        case("a" + name + ".keepdim", lambda x: getattr(torch, "a" + name)(x, (1,), keepdim=True), normal(2, 3, 4))
    case("all", torch.all, flags(3, 4))
    case("any", torch.any, flags(3, 4))
    case("all.dim", lambda x: torch.all(x, 1), flags(3, 2))
    case("any.dim", lambda x: torch.any(x, 1, keepdim=True), flags(3, 2))
    case("median", torch.median, a)
    case("cumsum", lambda x: torch.cumsum(x, 1), a)
    case("diff", lambda x: torch.diff(x, 2, 1), a)
    case("logsumexp", lambda x: torch.logsumexp(x, 1, keepdim=True), a)
    case("softmax", lambda x: torch.softmax(x, 1), a)
    case("log_softmax", lambda x: torch.log_softmax(x, 1), a)
    case("count_nonzero", torch.count_nonzero, whole(2, 3, 4))
    case("count_nonzero.dims", lambda x: torch.count_nonzero(x, (0, 1)), whole(2, 2, 3, 4))
    case("sort", lambda x: torch.sort(x, 1, descending=True), a)
    case("argsort", lambda x: torch.argsort(x, 1), a)
    case("topk", lambda x: torch.topk(x, 2, 1), a)
    case("quantile", lambda x, q: torch.quantile(x, q, 1, keepdim=True), a, given([0.25, 0.8]))
    case("bincount", lambda x: torch.bincount(x, minlength=6), whole(5, 12))
    case("histc", lambda x: torch.histc(x, 5, -2, 2), constant(a))


def shapes():
    a, cube = normal(3, 4), normal(2, 3, 4)
    case("view", lambda x: x.view(4, 3), a)
    case("reshape", lambda x: x.reshape(-1, 2), cube)
    case("flatten", lambda x: torch.flatten(x, 1), cube)
    case("unflatten", lambda x: x.unflatten(1, (2, 2)), a)
    case("squeeze", torch.squeeze, normal(2, 1, 3, 1))
    case("squeeze.dim", lambda x: x.squeeze(1), normal(2, 1, 3, 1))
    case("unsqueeze", lambda x: x.unsqueeze(1), a)
    case("transpose", lambda x: x.transpose(0, 2), cube)
    case("t", torch.t, a)
    case("mT", lambda x: x.mT, cube)
    case("permute", lambda x: x.permute(2, 0, 1), cube)
    case("movedim", lambda x: x.movedim((0, 1), (2, 0)), cube)
    case("movedim.one", lambda x: x.movedim(0, 2), cube)
    case("expand", lambda x: x.expand(2, 3, 4), normal(3, 1))
    case("expand_as", lambda x, y: x.expand_as(y), normal(4), constant(a))
    case("broadcast_to", lambda x: torch.broadcast_to(x, (3, 4)), normal(4))
    case("broadcast_tensors", lambda x, y: torch.broadcast_tensors(x, y), normal(3, 1), normal(4))
    case("contiguous", lambda x: x.t().contiguous(), a)
    case("clone", torch.clone, a)
    case("type.double", lambda x: x.double(), a)
    case("type.half", lambda x: x.half().float(), unit(2, 3))
    case("type.bfloat16", lambda x: x.bfloat16().float(), unit(2, 3))
    case("type.int", lambda x: x.int(), constant(a))
    case("type.long", lambda x: x.long(), constant(a))
    case("type.byte", lambda x: x.byte(), constant(positive(2, 3)))
    case("type.bool", lambda x: x.bool(), whole(2, 2, 3))


def parts():
    a, cube = normal(3, 4), normal(2, 3, 4)
    case("repeat", lambda x: x.repeat(2, 1, 2), a)
    case("repeat_interleave", lambda x: torch.repeat_interleave(x, 2, 1), a)
    case("repeat_interleave.tensor", lambda x, n: torch.repeat_interleave(x, n, 0), a, given([1, 0, 2]))
    case("tile", lambda x: torch.tile(x, (2, 2)), a)
    case("narrow", lambda x: x.narrow(1, 1, 2), a)
    case("select", lambda x: x.select(1, 2), cube)
    case("slice", lambda x: x[:, 1:4:2], a)
    case("as_strided", lambda x: x.as_strided((2, 2), (1, 4), 1), a)
    case("flip", lambda x: torch.flip(x, (0, 2)), cube)
    case("roll", lambda x: torch.roll(x, (1, -1), (0, 1)), a)
    case("roll.flat", lambda x: torch.roll(x, 2), a)
    case("roll.three", lambda x: torch.roll(x, (1, 2, 3), (0, 1, 2)), cube)
    case("chunk", lambda x: torch.chunk(x, 2, 1), a)
    case("split", lambda x: torch.split(x, 3, 1), a)
    case("split.sizes", lambda x: torch.split(x, (1, 2), 0), a)
    case("unbind", lambda x: torch.unbind(x, 1), cube)
    case("unfold", lambda x: x.unfold(1, 2, 1), a)
    case("cat", lambda x, y: torch.cat((x, y), 1), a, normal(3, 2))
    case("stack", lambda x, y: torch.stack((x, y), 1), a, normal(3, 4))
    case("hstack", lambda x, y: torch.hstack((x, y)), a, normal(3, 2))
    case("vstack", lambda x, y: torch.vstack((x, y)), a, normal(4))
    case("meshgrid", lambda x, y: torch.meshgrid((x, y), indexing="xy"), normal(3), normal(2))


def gathering():
    a, index = normal(3, 4), given([[0, 2, 1], [3, 1, 1], [2, 2, 0]])
    case("gather", lambda x, i: torch.gather(x, 1, i), a, index)
    case("index_select", lambda x, i: torch.index_select(x, 1, i), a, given([2, 0, 2]))
    case("index_add", lambda x, i, s: torch.index_add(x, 1, i, s, alpha=0.5), a, given([2, 0, 2]), normal(3, 3))
    case("index_copy", lambda x, i, s: torch.index_copy(x, 1, i, s), a, given([2, 0]), normal(3, 2))
    case("index_fill", lambda x, i: torch.index_fill(x, 1, i, 1.5), a, given([2, 0]))
    case("scatter", lambda x, i, s: torch.scatter(x, 1, i, s), a, given([[0, 2], [3, 1], [2, 0]]), normal(3, 2))
    case("scatter_add", lambda x, i, s: torch.scatter_add(x, 1, i, s), a, index, normal(3, 3))
    case("nonzero", torch.nonzero, flags(3, 4))
    case("tril", lambda x: torch.tril(x, 1), a)
    case("triu", lambda x: torch.triu(x, -1), a)
    case("diag", lambda x: torch.diag(x, 1), a)
    case("diagonal", lambda x: torch.diagonal(x, 1, 0, 2), normal(2, 3, 4))
    case("index", lambda x, i: x[:, i, None, ..., -1], normal(2, 3, 4), given([2, 0]))
    case("index.mask", lambda x, m: x[m], a, given([True, False, True]))
    case("index_put", lambda x, v, i: x.clone().index_put_((i,), v), a, normal(2, 4), given([2, 0]))
    case("index_put.accumulate", lambda x, v, i: x.clone().index_put_((i,), v, accumulate=True), a, normal(2, 4), given([2, 2]))


def matrices():
    case("matmul", torch.matmul, normal(2, 3, 4), normal(4, 5))
    case("mm", torch.mm, normal(2, 3), normal(3, 4))
    case("bmm", torch.bmm, normal(2, 2, 3), normal(2, 3, 2))
    case("mv", torch.mv, normal(2, 3), normal(3))
    case("dot", torch.dot, normal(4), normal(4))
    case("outer", torch.outer, normal(2), normal(3))
    case("addmm", lambda x, a, b: torch.addmm(x, a, b, beta=0.5, alpha=2), normal(2, 2), normal(2, 3), normal(3, 2))
    case("baddbmm", lambda x, a, b: torch.baddbmm(x, a, b, beta=0.5, alpha=2), normal(2, 2, 2), normal(2, 2, 3), normal(2, 3, 2))
    case("cov", torch.cov, normal(3, 6))
    case("cov.population", lambda x: torch.cov(x, correction=0), normal(3, 6))
    case("cdist", lambda x, y: torch.cdist(x, y, 2.0), normal(3, 4), normal(2, 4))
    case("einsum", lambda x, y: torch.einsum("bij,bkj->bik", x, y), normal(2, 2, 3), normal(2, 4, 3))
    case("det", linalg.det, invertible(3))
    case("inverse", linalg.inv, invertible(3))


def linear_algebra():
    case("linalg.cholesky", lambda x: linalg.cholesky(x @ x.T), invertible(3))
    case("linalg.slogdet", linalg.slogdet, invertible(3))
    case("linalg.eigh", lambda x: (lambda e: (e[0], e[1] @ torch.diag(e[0] ** 2) @ e[1].T))(linalg.eigh(x)), symmetric(4))
    case("linalg.eigh.upper", lambda x: linalg.eigh(x, "U")[0], symmetric(4))
    case("linalg.eigvalsh", linalg.eigvalsh, symmetric(4))
    case("linalg.solve", linalg.solve, invertible(3), matrix(3, 2))
    case("linalg.solve_triangular", lambda a, b: linalg.solve_triangular(a, b, upper=True), invertible(3), matrix(3, 2))
    case("linalg.lstsq", lambda a, b: linalg.lstsq(a, b).solution, matrix(5, 3), matrix(5, 2))
    case("linalg.qr", lambda x: (lambda q: (q.Q @ q.R, q.R.abs()))(linalg.qr(x)), matrix(4, 3))
    case("linalg.qr.complete", lambda x: linalg.qr(x, mode="complete").R.abs(), constant(matrix(4, 3)))
    case("linalg.svd", lambda x: (lambda s: (s.S, s.U @ torch.diag(s.S) @ s.Vh))(linalg.svd(x, full_matrices=False)), matrix(4, 3))
    case("linalg.svdvals", linalg.svdvals, matrix(4, 3))
    case("linalg.pinv", linalg.pinv, matrix(4, 3))
    case("linalg.pinv.tensor", lambda x, t: linalg.pinv(x, atol=t), matrix(4, 3), given(0.1, torch.float64))
    case("linalg.matrix_rank", linalg.matrix_rank, Draw(lambda: torch.ones(3, 3), gradient=False))
    case("linalg.matrix_rank.tensor", lambda x, t: linalg.matrix_rank(x, atol=t), constant(matrix(3)), given(0.1, torch.float64))
    case("linalg.vector_norm", lambda x: linalg.vector_norm(x, 3, dim=1), normal(3, 4))
    case("linalg.matrix_norm", linalg.matrix_norm, normal(3, 4))
    case("linalg.matrix_norm.one", lambda x: linalg.matrix_norm(x, 1), normal(3, 4))
    case("linalg.norm", linalg.norm, normal(3, 4))
    case("linalg.norm.ord", lambda x: linalg.norm(x, 2), normal(3, 4))
    case("linalg.norm.name", lambda x: linalg.norm(x, "nuc"), normal(3, 4))
    case("linalg.cross", linalg.cross, normal(2, 3), normal(2, 3))
    case("linalg.multi_dot", lambda x, y, z: linalg.multi_dot((x, y, z)), normal(2, 3), normal(3, 4), normal(4, 2))


def convolutions():
    x, w, b = normal(2, 4, 7, 6), normal(6, 2, 3, 3), normal(6)
    case("conv1d", lambda x, w, b: F.conv1d(x, w, b, 2, 1, 2), normal(2, 3, 9), normal(4, 3, 3), normal(4))
    case("conv1d_padding", lambda x, w: F.conv1d(x, w, padding="same"), normal(2, 3, 6), normal(4, 3, 3))
    case("conv2d", lambda x, w, b: F.conv2d(x, w, b, (2, 1), (1, 0), (1, 2), 2), x, w, b)
    case("conv2d.plain", F.conv2d, normal(1, 2, 5, 5), normal(3, 2, 3, 3))
    case("conv2d_padding", lambda x, w, b: F.conv2d(x, w, b, padding="same", groups=2), x, w, b)
    case("conv_transpose1d", lambda x, w, b: F.conv_transpose1d(x, w, b, 2, 1, 1), normal(2, 3, 4), normal(3, 2, 3), normal(2))
    case("conv_transpose2d", lambda x, w, b: F.conv_transpose2d(x, w, b, (2, 2), (1, 1), (1, 0)), normal(1, 3, 4, 3), normal(3, 2, 3, 3), normal(2))
    case("linear", F.linear, normal(2, 3, 4), normal(5, 4), normal(5))
    case("linear.plain", F.linear, normal(3, 4), normal(2, 4))
    case("bilinear", F.bilinear, normal(2, 3), normal(2, 4), normal(2, 3, 4), normal(2))


def normalization():
    x, g, b = normal(2, 4, 3, 3), positive(4), normal(4)
    mean, var = constant(normal(4)), constant(positive(4))
    case("batch_norm", lambda x, m, v, g, b: F.batch_norm(x, m, v, g, b, False, 0.1, 1e-4), x, mean, var, g, b)
    case("batch_norm.training", lambda x, m, v: (F.batch_norm(x, m, v, training=True, momentum=0.3), m, v), x, mean, var)
    case("instance_norm", lambda x: F.instance_norm(x, eps=1e-4), x)
    case("instance_norm.affine", lambda x, g, b: F.instance_norm(x, weight=g, bias=b), x, g, b)
    case("layer_norm", lambda x, g, b: F.layer_norm(x, (3, 3), g, b), x, positive(3, 3), normal(3, 3))
    case("group_norm", lambda x, g, b: F.group_norm(x, 2, g, b), x, g, b)
    case("normalize", lambda x: F.normalize(x, 2, 1), normal(2, 4))
    case("normalize.p", lambda x: F.normalize(x, 3, 0, 1e-4), normal(2, 4))
    case("cosine_similarity", F.cosine_similarity, normal(3, 4), normal(3, 4))
    case("pairwise_distance", F.pairwise_distance, normal(3, 4), normal(3, 4))


def pooling():
    x = normal(2, 3, 6, 7)
    case("avg_pool1d", lambda x: F.avg_pool1d(x, 3, 2, 1), normal(2, 3, 7))
    case("avg_pool2d", lambda x: F.avg_pool2d(x, 2), x)
    case("avg_pool2d.inner", lambda x: F.avg_pool2d(x, (3, 2), (1, 2), (1, 1), True, False), x)
    case("avg_pool2d.divisor", lambda x: F.avg_pool2d(x, 2, 1, divisor_override=3), x)
    case("max_pool1d", lambda x: F.max_pool1d(x, 3, 2, 1), normal(2, 3, 7))
    case("max_pool2d", lambda x: F.max_pool2d(x, 2), x)
    case("max_pool2d.all", lambda x: F.max_pool2d(x, (3, 2), (2, 1), (1, 1), (1, 2), True), x)
    case("max_pool2d_with_indices", lambda x: F.max_pool2d(x, 2, return_indices=True), x)
    case("adaptive_avg_pool1d", lambda x: F.adaptive_avg_pool1d(x, 3), normal(2, 3, 7))
    case("adaptive_avg_pool2d", lambda x: F.adaptive_avg_pool2d(x, (2, 3)), x)
    case("adaptive_avg_pool2d.one", lambda x: F.adaptive_avg_pool2d(x, 1), x)
    case("adaptive_max_pool2d", lambda x: F.adaptive_max_pool2d(x, (2, 3)), x)


def sampling():
    x = normal(1, 2, 5, 6)
    case("interpolate.nearest", lambda x: F.interpolate(x, scale_factor=2), x)
    case("interpolate.nearest_exact", lambda x: F.interpolate(x, (7, 4), mode="nearest-exact"), x)
    case("interpolate.bilinear", lambda x: F.interpolate(x, (7, 4), mode="bilinear"), x)
    case("interpolate.bilinear_aligned", lambda x: F.interpolate(x, (9, 11), mode="bilinear", align_corners=True), x)
    case("interpolate.bilinear_scale", lambda x: F.interpolate(x, scale_factor=(1.7, 0.6), mode="bilinear"), x)
    case("interpolate.bilinear_recomputed", lambda x: F.interpolate(x, scale_factor=(1.7, 0.6), mode="bilinear", recompute_scale_factor=True), x)
    case("interpolate.bilinear_antialias", lambda x: F.interpolate(x, (2, 3), mode="bilinear", antialias=True), x)
    case("interpolate.bicubic", lambda x: F.interpolate(x, (7, 9), mode="bicubic"), x)
    case("interpolate.bicubic_antialias", lambda x: F.interpolate(x, (3, 3), mode="bicubic", antialias=True), x)
    case("interpolate.area", lambda x: F.interpolate(x, (2, 3), mode="area"), x)
    case("interpolate.linear", lambda x: F.interpolate(x, (7,), mode="linear"), normal(1, 2, 4))
    case("interpolate.trilinear", lambda x: F.interpolate(x, (3, 4, 2), mode="trilinear"), normal(1, 1, 2, 3, 3))
    case("interpolate.nearest1d", lambda x: F.interpolate(x, (7,)), normal(1, 2, 4))
    case("interpolate.nearest3d", lambda x: F.interpolate(x, (3, 4, 2)), normal(1, 1, 2, 3, 3))
    case("pad", lambda x: F.pad(x, (1, 2, 3, 0), value=1.5), x)
    case("pad.two", lambda x: F.pad(x, (2, 1)), x)
    case("pad.everywhere", lambda x: F.pad(x, (1,) * 4), normal(2, 3))
    for mode in ("reflect", "replicate", "circular"):
        case("pad." + mode, lambda x: F.pad(x, (1, 2, 2, 1), mode=mode), x)
    grid = Draw(lambda: torch.rand(1, 3, 4, 2) * 2.6 - 1.3)
    case("grid_sample", lambda x, g: F.grid_sample(x, g, align_corners=False), x, grid)
    case("grid_sample.nearest_border", lambda x, g: F.grid_sample(x, g, "nearest", "border", True), x, constant(grid))
    case("grid_sample.reflection", lambda x, g: F.grid_sample(x, g, "bilinear", "reflection", False), x, grid)
    case("affine_grid", lambda t: F.affine_grid(t, (2, 1, 3, 4), align_corners=False), normal(2, 2, 3))
    case("pixel_shuffle", lambda x: F.pixel_shuffle(x, 2), normal(1, 8, 2, 3))
    case("pixel_unshuffle", lambda x: F.pixel_unshuffle(x, 2), normal(1, 2, 4, 6))
    case("one_hot", lambda x: F.one_hot(x, 5), whole(5, 2, 3))
    case("im2col", lambda x: F.unfold(x, (2, 3), (1, 2), (1, 0), (2, 1)), x)
    case("im2col.square", lambda x: F.unfold(x, 2), x)
    case("col2im", lambda x: F.fold(x, (5, 6), (2, 3), (1, 2), (1, 0), (2, 1)), normal(1, 12, 6))
    case("col2im.square", lambda x: F.fold(x, 4, 2, stride=2), normal(1, 8, 4))


def losses():
    x, y = normal(3, 4), constant(normal(3, 4))
    for name in ("l1_loss", "mse_loss"):
        for reduction in ("none", "mean", "sum"):
            case(f"{name}.{reduction}", lambda x, y: getattr(F, name)(x, y, reduction=reduction), x, normal(3, 4))
    case("smooth_l1_loss", lambda x, y: F.smooth_l1_loss(x, y, beta=0.5), x, y)
    case("huber_loss", lambda x, y: F.huber_loss(x, y, delta=0.5), x, y)
    case("binary_cross_entropy", lambda x, y, w: F.binary_cross_entropy(x, y, w), probabilities(3, 4), constant(probabilities(3, 4)), constant(positive(3, 4)))
    case("binary_cross_entropy_with_logits", lambda x, y, p: F.binary_cross_entropy_with_logits(x, y, pos_weight=p, reduction="sum"), x, constant(probabilities(3, 4)), constant(positive(4)))
    case("cross_entropy", lambda x, y, w: F.cross_entropy(x, y, w, ignore_index=1, label_smoothing=0.1), x, given([0, 1, 3]), constant(positive(4)))
    case("nll_loss", lambda x, y: F.nll_loss(F.log_softmax(x, 1), y), x, given([0, 1, 3]))
    case("kl_div", lambda x, y: F.kl_div(F.log_softmax(x, 1), F.log_softmax(y, 1), reduction="batchmean", log_target=True) * 3 / 12, x, y)
    case("kl_div.probabilities", lambda x, y: F.kl_div(F.log_softmax(x, 1), y, reduction="sum"), x, constant(probabilities(3, 4)))
    case("margin_ranking_loss", lambda a, b, y: F.margin_ranking_loss(a, b, y, 0.5), normal(4), normal(4), given([1.0, -1, 1, -1]))
    case("triplet_margin_loss", lambda a, p, n: F.triplet_margin_loss(a, p, n, 1.5), x, normal(3, 4), normal(3, 4))


def modules():
    x = normal(2, 4, 6, 5)
    module("nn.Conv2d", nn.Conv2d(4, 6, 3, 2, 1, 1, 2), x)
    module("nn.Conv2d.reflect", nn.Conv2d(4, 2, 3, padding=1, padding_mode="reflect", bias=False), x)
    module("nn.Conv2d.same", nn.Conv2d(4, 2, (3, 1), padding="same"), x)
    module("nn.Linear", nn.Linear(5, 3), normal(2, 5))
    module("nn.Linear.plain", nn.Linear(5, 3, bias=False), normal(2, 5))
    module("nn.InstanceNorm2d", nn.InstanceNorm2d(4, 1e-4, affine=True), x)
    module("nn.InstanceNorm2d.tracking", nn.InstanceNorm2d(4, affine=True, track_running_stats=True), x)
    module("nn.InstanceNorm2d.eval", nn.InstanceNorm2d(4, track_running_stats=True), x, training=False)
    module("nn.BatchNorm2d", nn.BatchNorm2d(4, 1e-3, 0.2), x)
    module("nn.BatchNorm2d.eval", nn.BatchNorm2d(4), x, training=False)
    module("nn.BatchNorm1d", nn.BatchNorm1d(4), normal(3, 4))
    module("nn.PReLU", nn.PReLU(4), x)
    module("nn.ReLU", nn.ReLU(), x)
    module("nn.LeakyReLU", nn.LeakyReLU(0.2), x)
    module("nn.SiLU", nn.SiLU(), x)
    module("nn.Sigmoid", nn.Sigmoid(), x)
    module("nn.Tanh", nn.Tanh(), x)
    module("nn.Softmax", nn.Softmax(1), x)
    module("nn.Dropout.eval", nn.Dropout(0.5), x, training=False)
    module("nn.Identity", nn.Identity(), x)
    module("nn.Flatten", nn.Flatten(), x)
    module("nn.AvgPool2d", nn.AvgPool2d(3, 1, 1, count_include_pad=False), x)
    module("nn.MaxPool2d", nn.MaxPool2d(3, 2, 1), x)
    module("nn.AdaptiveAvgPool2d", nn.AdaptiveAvgPool2d((2, 3)), x)
    module("nn.Sequential", nn.Sequential(nn.Conv2d(4, 3, 1), nn.ReLU(), nn.Sequential(nn.Conv2d(3, 2, 3))), x)


def main():
    torch.set_num_threads(1)  # sums in one order: the same bits each time, lstsq's last one aside
    for part in (arithmetic, elementary, comparison, reductions, extrema, shapes, parts, gathering, matrices, linear_algebra,
                 convolutions, normalization, pooling, sampling, losses, modules):
        part()
    out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else OUT
    out.parent.mkdir(parents=True, exist_ok=True)
    safetensors_file.save(out, tensors)
    print(f"{out}: {len({name.split('/')[0] for name in tensors})} cases, {out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
