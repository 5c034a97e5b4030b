using TalkingHead.Serialization;
using static TalkingHead.Tests.Serialization.CheckpointFixtures;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Serialization;

public sealed class NpyTests
{
    [Fact]
    public void FilesOfNumpyAreRead()
    {
        var landmarks = Npy.Read(At("landmarks.npy"));
        Assert.Equal(ScalarType.Float32, landmarks.Type);
        Assert.Equal([2, 6, 2], landmarks.Shape);
        Assert.Equal(Enumerable.Range(0, 24).Select(i => i / 7f), landmarks.ToArray<float>());
        Assert.Equal([3.5], Npy.Read(At("scalar.npy")).ToArray<double>());
        Assert.Empty(Npy.Read(At("scalar.npy")).Shape);
        Assert.Equal([true, false], Npy.Read(At("bool.npy")).ToArray<bool>());
        Assert.Equal<short>([0, 1, 2, 3, 4], Npy.Read(At("version2.npy")).ToArray<short>());
        Assert.Equal<short>([0, 1, 2, 3, 4], Npy.Read(At("version3.npy")).ToArray<short>());
    }

    [Fact]
    public void WritingGivesNumpysOwnBytes()
    {
        using var stream = new MemoryStream();
        Npy.Write<float>(stream, Npy.Read(At("landmarks.npy")).ToArray<float>(), 2, 6, 2);
        Assert.Equal(File.ReadAllBytes(At("landmarks.npy")), stream.ToArray());
        stream.SetLength(0);
        Npy.Write<bool>(stream, [true, false], 2);
        Assert.Equal(File.ReadAllBytes(At("bool.npy")), stream.ToArray());
        stream.SetLength(0);
        Npy.Write<double>(stream, [3.5]);
        Assert.Equal(File.ReadAllBytes(At("scalar.npy")), stream.ToArray());
    }

    [Theory]
    [InlineData("object.npy", "elements of type '|O'")]
    [InlineData("fortran.npy", "is in Fortran order")]
    [InlineData("big-endian.npy", "elements of type '>f4'")]
    public void OtherKindsAreRefusedByName(string name, string expected) =>
        Assert.Contains(expected, Assert.Throws<UserException>(() => Npy.Read(At(name))).Message);

    [Fact]
    public void EveryTruncationAndEveryFlippedHeaderByteIsRefusedOrHarmless()
    {
        var whole = File.ReadAllBytes(At("landmarks.npy"));
        for (var length = 0; length < whole.Length; length++)
            Assert.Throws<UserException>(() => Npy.Read(whole.AsSpan(0, length), "cut"));
        for (var at = 0; at < 128; at++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[at] ^= 0x15;
            try
            {
                Assert.Equal(96, Npy.Read(damaged, "flipped").Bytes.Length);
            }
            catch (UserException e)
            {
                Assert.Contains("flipped", e.Message);
            }
        }
    }

    [Fact]
    public void AShapeThatOverflowsIsRefused()
    {
        using var stream = new MemoryStream();
        Npy.Write<byte>(stream, [], 0, 1000, 1000);
        var bytes = stream.ToArray();
        var text = System.Text.Encoding.ASCII.GetString(bytes).Replace("(0, 1000, 1000)", "(9999999999999)");
        Assert.Throws<UserException>(() => Npy.Read(System.Text.Encoding.Latin1.GetBytes(text), "wide"));
    }
}
