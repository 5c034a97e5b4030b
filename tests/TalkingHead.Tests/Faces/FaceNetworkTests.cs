using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TalkingHead.Faces;
using TalkingHead.Onnx;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Faces;

/// <summary>The converted networks give what the originals give in TensorFlow.js (tests/oracles/tfjs).</summary>
public sealed class FaceNetworkTests
{
    static string Folder => Path.Combine(Repository.Root, "src/TalkingHead/Faces/Networks");

    [Theory]
    [InlineData("blazeface-back", 256, -1, 1, "scores16,scores8,boxes16,boxes8", 1e-3)]
    [InlineData("facemesh", 192, 0, 1, "mesh,face", 1e-3)]
    [InlineData("iris", 64, 0, 1, "points", 1e-3)]
    public void ConvertedNetworkEqualsTheOriginal(string name, int side, float low, float high, string outputs, double most)
    {
        using var scope = NewDisposeScope();
        var picture = new float[3 * side * side];
        for (var c = 0; c < 3; c++)
        {
            for (var y = 0; y < side; y++)
            {
                for (var x = 0; x < side; x++)
                    picture[(c * side + y) * side + x] = (float)(low + (high - low) * (0.5 + 0.5 * Math.Sin(0.05 * x + 0.03 * y * c + c)));
            }
        }

        using var model = OnnxModel.Open(Path.Combine(Folder, $"{name}.onnx"));
        var found = model.Run(("picture", tensor(picture, [1, 3, side, side])));
        var values = outputs.Split(',').SelectMany(output => found[output].data<float>().ToArray()).ToArray();
        var expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures/FaceNetworks",
            $"{name}.f32"))).ToArray();
        Assert.Equal(expected.Length, values.Length);
        var worst = values.Zip(expected, (a, b) => Math.Abs(a - b) / (1 + Math.Abs(b))).Max();
        TestContext.Current.SendDiagnosticMessage($"{name}: {values.Length} numbers, worst difference {worst:0.0e0}");
        Assert.True(worst <= most, $"{worst}");
    }

    [Fact]
    public void NetworksAreTheOnesWhoseChecksumsAreWrittenDown()
    {
        var sums = File.ReadAllLines(Path.Combine(Folder, "SHA256SUMS")).Select(line => line.Split("  ")).ToDictionary(part => part[1],
            part => part[0]);
        foreach (var name in new[] { "blazeface-back.onnx", "facemesh.onnx", "iris.onnx" })
        {
            Assert.Equal(sums[name], Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Folder, name)))));
            using var inside = typeof(FaceTracker).Assembly.GetManifestResourceStream(name)!;
            Assert.Equal(sums[name], Convert.ToHexStringLower(SHA256.HashData(inside)));
        }
    }
}
