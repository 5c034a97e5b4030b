using TorchSharp;
using static TorchSharp.torch;

namespace Engine.Tests.Parity;

static partial class Cases
{
    static void Shapes()
    {
        Add("view", t => t[0].view(4, 3), t => t[0].view_as(t[0].new4x3()));
        Add("reshape", t => t[0].reshape(-1, 2), t => reshape(t[0], -1, 2));
        Add("flatten", t => t[0].flatten(1), t => flatten(t[0], 1));
        Add("unflatten", t => t[0].unflatten(1, 2, 2), t => unflatten(t[0], 1, 2, 2), t => t[0].unflatten(1, new Size((2, 2))), t => unflatten(t[0], 1, new Size((2, 2))));
        Add("squeeze", t => t[0].squeeze(), t => squeeze(t[0]), t => InPlace(t[0], x => x.squeeze_()));
        Add("squeeze.dim", t => t[0].squeeze(1), t => squeeze(t[0], 1), t => InPlace(t[0], x => x.squeeze_(1)), t => InPlace(t[0], x => squeeze_(x, 1)));
        Add("unsqueeze", t => t[0].unsqueeze(1), t => unsqueeze(t[0], 1), t => InPlace(t[0], x => x.unsqueeze_(1)), t => InPlace(t[0], x => unsqueeze_(x, 1)));
        Add("transpose", t => t[0].transpose(0, 2), t => transpose(t[0], 0, 2), t => InPlace(t[0], x => x.transpose_(0, 2)));
        Add("t", t => t[0].t(), t => torch.t(t[0]), t => t[0].T);
        Add("mT", t => t[0].mT);
        Add("permute", t => t[0].permute(2, 0, 1), t => t[0].permute(new List<long> { 2, 0, 1 }), t => permute(t[0], 2, 0, 1));
        Add("movedim", t => t[0].movedim([0, 1], [2, 0]), t => movedim(t[0], (long[])[0, 1], [2, 0]));
        Add("movedim.one", t => movedim(t[0], 0, 2));
        Add("expand", t => t[0].expand(2, 3, 4), t => t[0].expand((ReadOnlySpan<long>)[2, 3, 4]), t => t[0].expand((long[])[2, 3, 4], false), t => t[0].expand(new Size((2, 3, 4))));
        Add("expand_as", t => t[0].expand_as(t[1]));
        Add("broadcast_to", t => t[0].broadcast_to(3, 4), t => broadcast_to(t[0], 3, 4));
        Add("broadcast_tensors", t => (Tensor[])[.. broadcast_tensors(t[0], t[1])]);
        Add("contiguous", t => t[0].t().contiguous());
        Add("clone", t => t[0].clone(), t => t[0].alias(), t => InPlace(t[0] * 0, x => x.copy_(t[0])), t => t[0].cpu(), t => t[0].to(CPU), t => t[0].to("cpu"), t => t[0].to(DeviceType.CPU));
        Add("type.double", t => t[0].@double(), t => t[0].to(ScalarType.Float64), t => t[0].to_type(ScalarType.Float64), t => t[0].type(ScalarType.Float64), t => t[0].type(x => x.@double()),
            t => t[0].to(ScalarType.Float64, CPU), t => t[0].type_as(t[0].@double()), t => t[0].to(t[0].@double()));
        Add("type.half", t => t[0].half().@float());
        Add("type.bfloat16", t => t[0].bfloat16().@float());
        Add("type.int", t => t[0].@int());
        Add("type.long", t => t[0].@long());
        Add("type.byte", t => t[0].@byte());
        Add("type.bool", t => t[0].@bool());
    }

    // A tensor of size (4, 3) of another content, for view_as.
    static Tensor new4x3(this Tensor like) => like.reshape(4, 3);

    static void Parts()
    {
        Add("repeat", t => t[0].repeat(2, 1, 2));
        Add("repeat_interleave", t => t[0].repeat_interleave(2, 1), t => repeat_interleave(t[0], 2, 1));
        Add("repeat_interleave.tensor", t => t[0].repeat_interleave(t[1], 0), t => repeat_interleave(t[0], t[1], 0));
        Add("tile", t => t[0].tile([2, 2]), t => tile(t[0], [2, 2]));
        Add("narrow", t => t[0].narrow(1, 1, 2), t => narrow(t[0], 1, 1, 2), t => t[0][.., 1..3]);
        Add("select", t => t[0].select(1, 2), t => select(t[0], 1, 2), t => t[0][.., 2]);
        Add("slice", t => t[0].slice(1, 1, 4, 2), t => t[0][TensorIndex.Colon, TensorIndex.Slice(1, 4, 2)]);
        Add("as_strided", t => t[0].as_strided([2, 2], [1, 4], 1));
        Add("flip", t => t[0].flip(0, 2), t => flip(t[0], 0, 2));
        Add("roll", t => t[0].roll((long[])[1, -1], (long[])[0, 1]), t => t[0].roll((ReadOnlySpan<long>)[1, -1], [0, 1]), t => t[0].roll((1, -1), (0, 1)),
            t => roll(t[0], (long[])[1, -1], (long[])[0, 1]), t => roll(t[0], (ReadOnlySpan<long>)[1, -1], [0, 1]), t => roll(t[0], (1, -1), (0, 1)));
        Add("roll.flat", t => t[0].roll(2), t => t[0].roll((long[])[2]), t => roll(t[0], 2), t => roll(t[0], (long[])[2]), t => t[0].flatten().roll(2, 0).reshape(3, 4));
        Add("roll.three", t => t[0].roll((1, 2, 3), (0, 1, 2)), t => roll(t[0], (1, 2, 3), (0, 1, 2)));
        Add("chunk", t => t[0].chunk(2, 1), t => chunk(t[0], 2, 1));
        Add("split", t => t[0].split(3, 1));
        Add("split.sizes", t => t[0].split((long[])[1, 2], 0), t => t[0].split((ReadOnlySpan<long>)[1, 2]), t => t[0].split(1, 2L), t => split(t[0], [1, 2]));
        Add("unbind", t => t[0].unbind(1), t => unbind(t[0], 1L), t => unbind(t[0], 1));
        Add("unfold", t => t[0].unfold(1, 2, 1));
        Add("cat", t => cat([t[0], t[1]], 1), t => cat(new List<Tensor> { t[0], t[1] }, 1), t => cat((ReadOnlySpan<Tensor>)t, 1), t => cat(t, 1));
        Add("stack", t => stack(t, 1));
        Add("hstack", t => hstack(t[0], t[1]), t => hstack(new List<Tensor>(t)), t => hstack((ReadOnlySpan<Tensor>)t), t => hstack(t.Select(x => x)));
        Add("vstack", t => vstack(t), t => vstack(new List<Tensor>(t)), t => vstack((ReadOnlySpan<Tensor>)t));
        Add("meshgrid", t => meshgrid(t, "xy"));
    }

    static void Gathering()
    {
        Add("gather", t => t[0].gather(1, t[1]), t => gather(t[0], 1, t[1]), t => gather(t[0], 1, t[1], false));
        Add("index_select", t => t[0].index_select(1, t[1]), t => index_select(t[0], 1, t[1]), t => t[0][TensorIndex.Colon, TensorIndex.Tensor(t[1])]);
        Add("index_add", t => t[0].index_add(1, t[1], t[2], 0.5), t => index_add(t[0], 1, t[1], t[2], 0.5), t => InPlace(t[0], x => x.index_add_(1, t[1], t[2], 0.5)), t => InPlace(t[0], x => index_add_(x, 1, t[1], t[2], 0.5)));
        Add("index_copy", t => InPlace(t[0], x => x.index_copy_(1, t[1], t[2])), t => InPlace(t[0], x => index_copy_(x, 1, t[1], t[2])));
        Add("index_fill", t => t[0].index_fill(1, t[1], 1.5), t => index_fill(t[0], 1, t[1], 1.5), t => InPlace(t[0], x => x.index_fill_(1, t[1], 1.5)), t => InPlace(t[0], x => index_fill_(x, 1, t[1], 1.5)),
            t => InPlace(t[0], x => x.index_put_((Scalar)1.5, TensorIndex.Colon, TensorIndex.Tensor(t[1]))));
        Add("scatter", t => t[0].scatter(1, t[1], t[2]), t => scatter(t[0], 1, t[1], t[2]), t => InPlace(t[0], x => x.scatter_(1, t[1], t[2])), t => InPlace(t[0], x => scatter_(x, 1, t[1], t[2])));
        Add("scatter_add", t => t[0].scatter_add(1, t[1], t[2]), t => scatter_add(t[0], 1, t[1], t[2]), t => InPlace(t[0], x => x.scatter_add_(1, t[1], t[2])), t => InPlace(t[0], x => scatter_add_(x, 1, t[1], t[2])));
        Add("nonzero", t => t[0].nonzero(), t => nonzero(t[0]));
        Add("tril", t => t[0].tril(1), t => tril(t[0], 1));
        Add("triu", t => t[0].triu(-1), t => triu(t[0], -1));
        Add("diag", t => t[0].diag(1), t => diag(t[0], 1));
        Add("diagonal", t => t[0].diagonal(1, 0, 2), t => diagonal(t[0], 1, 0, 2));
        Add("index", t => t[0][TensorIndex.Colon, TensorIndex.Tensor(t[1]), TensorIndex.None, TensorIndex.Ellipsis, -1], t => t[0].index(TensorIndex.Colon, TensorIndex.Tensor(t[1]), TensorIndex.Null, TensorIndex.Ellipsis, ^1));
        Add("index.mask", t => t[0][t[1]], t => t[0].index(t[1]), t => t[0][TensorIndex.Tensor(t[1])]);
        Add("index_put", t => InPlace(t[0], x => x.index_put_(t[1], t[2])), t => InPlace(t[0], x => x.index_put_(t[1], TensorIndex.Tensor(t[2]))));
        Add("index_put.accumulate", t => InPlace(t[0], x => x.index_put_(t[1], (Tensor[])[t[2]], true)), t => InPlace(t[0], x => x.index_put_(t[1], (TensorIndex[])[TensorIndex.Tensor(t[2])], true)));
    }
}
