namespace TalkingHead.Perception;

/// <summary>A published VGG: its file, its shape, how the file names its layers, and what input it was trained on.</summary>
/// <param name="Name">How messages and results call it.</param>
/// <param name="File">Its name in the weights folder.</param>
/// <param name="Blocks">3x3 convolutions in each block; a 2x2 max pool lies between blocks.</param>
/// <param name="NumberedFeatures">Whether the file names layers as torchvision does (features.0), or by block (conv1_1).</param>
/// <param name="Input">Makes the input normalisation that belongs to the weights.</param>
sealed record VggKind(string Name, string File, IReadOnlyList<int> Blocks, bool NumberedFeatures, Func<ChannelNormalisation> Input)
{
    static readonly int[] blocks16 = [2, 2, 3, 3, 3];
    static readonly int[] blocks19 = [2, 2, 4, 4, 4];

    /// <summary>VGG19 trained in Caffe by its authors; the paper's loss weights were tuned on its activations.</summary>
    internal static VggKind Caffe19 { get; } = new(
        "VGG19 (Caffe)", "vgg19-d01eb7cb.pth", blocks19, true, () => ChannelNormalisation.Bytes([123.68f, 116.779f, 103.939f], bgr: true));

    /// <summary>torchvision's own training of VGG19.</summary>
    internal static VggKind Torchvision19 { get; } = new(
        "VGG19 (torchvision)", "vgg19-dcbb9e9d.pth", blocks19, true, ChannelNormalisation.Torchvision);

    /// <summary>torchvision's own training of VGG16, the trunk of LPIPS.</summary>
    internal static VggKind Torchvision16 { get; } = new(
        "VGG16 (torchvision)", "vgg16-397923af.pth", blocks16, true, ChannelNormalisation.Torchvision);

    /// <summary>
    /// VGGFace (VGG16). The file came by way of MatConvNet, whose importer reverses the first layer's channels: the
    /// same function as the Caffe network on BGR, but its input is RGB.
    /// </summary>
    internal static VggKind Face { get; } = new(
        "VGGFace", "vgg_face_dag.pth", blocks16, false, () => ChannelNormalisation.Bytes([129.1863f, 104.7624f, 93.594f], bgr: false));

    /// <summary>Every convolution in order: "conv1_1", its index among torchvision's features, and its number of outputs.</summary>
    internal IEnumerable<(string Name, int Index, int Channels)> Convolutions()
    {
        var index = 0;
        for (var block = 0; block < Blocks.Count; block++, index++) // the pool
            for (var layer = 0; layer < Blocks[block]; layer++, index += 2) // the convolution and its ReLU
                yield return ($"conv{block + 1}_{layer + 1}", index, 64 << Math.Min(block, 3));
    }

    /// <summary>The file's name for "conv1_1.weight".</summary>
    internal string NameInFile(string name)
    {
        if (!NumberedFeatures)
            return name;
        var dot = name.IndexOf('.');
        var convolution = Convolutions().First(convolution => convolution.Name == name[..dot]);
        return $"features.{convolution.Index}{name[dot..]}";
    }

    /// <summary>Names of the file that have no place in a network that ends at its last tap.</summary>
    internal bool IsUnused(string name) => NumberedFeatures
        ? name.StartsWith("classifier.", StringComparison.Ordinal) || IsConvolution(name)
        : name.StartsWith("fc", StringComparison.Ordinal) || IsConvolution(name);

    bool IsConvolution(string name) => Convolutions().Any(convolution =>
        name == NameInFile($"{convolution.Name}.weight") || name == NameInFile($"{convolution.Name}.bias"));
}
