using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TalkingHead.Serialization;
using static TalkingHead.Tests.Serialization.CheckpointFixtures;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Serialization;

public sealed class SafeTensorsTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void AFileWrittenByPythonIsReadWhole()
    {
        using var file = SafeTensorsFile.Open(At("mixed.safetensors"));
        Assert.Equal(["half", "brain", "double", "bool", "ünïcode/名前", "empty"], file.Tensors.Keys);
        Assert.Equal("12", file.Metadata["step"]);
        Assert.Equal([0, 1, 2, 3, 4, 5], file.Tensors["half"].ToArray<Half>().Select(value => (double)value));
        Assert.Equal([2, 3], file.Tensors["half"].Shape);
        Assert.Equal([0x3f80, 0xc000], file.Tensors["brain"].ToArray<ushort>());
        Assert.Equal(ScalarType.BFloat16, file.Tensors["brain"].Type);
        Assert.Equal([2.5], file.Tensors["double"].ToArray<double>());
        Assert.Empty(file.Tensors["double"].Shape);
        Assert.Equal([true, false, true], file.Tensors["bool"].ToArray<bool>());
        Assert.Equal([-1, 1L << 40], file.Tensors["ünïcode/名前"].ToArray<long>());
        Assert.Equal([0, 4], file.Tensors["empty"].Shape);
    }

    [Fact]
    public void WhatIsWrittenReadsBackAndOrderDoesNotMatter()
    {
        SafeTensorsEntry[] entries =
        [
            Entry("b", ScalarType.Float32, [2, 1], [1, 2, 3, 4, 5, 6, 7, 8]),
            Entry("a", ScalarType.Float32, [1], [9, 9, 9, 9]),
            Entry("flag", ScalarType.Bool, [], [1]),
            Entry("wide", ScalarType.Int64, [0], []),
        ];
        var metadata = new Dictionary<string, string> { ["z"] = "1 < 2", ["a"] = "é" };
        SafeTensorsWriter.Write(folder.At("one"), entries, metadata);
        SafeTensorsWriter.Write(folder.At("two"), entries.Reverse(), metadata.Reverse().ToDictionary());
        Assert.Equal(File.ReadAllBytes(folder.At("one")), File.ReadAllBytes(folder.At("two")));
        Assert.Equal(["one", "two"], folder.Files);

        using var file = SafeTensorsFile.Open(folder.At("one"));
        Assert.Equal(["wide", "a", "b", "flag"], file.Tensors.Keys);
        Assert.Equal("1 < 2", file.Metadata["z"]);
        foreach (var entry in entries)
            Assert.Equal(entry.Shape, file.Tensors[entry.Name].Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], Dense(file.Tensors["b"]));
    }

    [Fact]
    public void TheHeaderIsByteForByteTheReferenceWritersForm()
    {
        SafeTensorsWriter.Write(folder.At("file"), [Entry("w", ScalarType.Float32, [1], [0, 0, 128, 63])],
            new Dictionary<string, string> { ["format"] = "pt" });
        var header = """{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""";
        header = header.PadRight((header.Length + 7) / 8 * 8);
        byte[] expected = [(byte)header.Length, 0, 0, 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(header), 0, 0, 128, 63];
        Assert.Equal(expected, File.ReadAllBytes(folder.At("file")));
    }

    [Fact]
    public void AFailedWriteLeavesTheOldFileAndNothingElse()
    {
        File.WriteAllText(folder.At("file"), "old");
        var bad = Entry("w", ScalarType.Float32, [2], [1, 2, 3, 4]);
        Assert.Throws<InvalidOperationException>(() => SafeTensorsWriter.Write(folder.At("file"), [bad]));
        Assert.Equal("old", File.ReadAllText(folder.At("file")));
        Assert.Equal(["file"], folder.Files);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8,
        "names \"a\" twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8,
        "\"b\" overlaps another")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "a hole before tensor \"a\"")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "need 4 bytes and 8 follow")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "need 8 bytes and 4 follow")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "\"a\" of F32 (3) has data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "\"a\" of F32")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}""", 4, "\"a\" of F32 (-1,-1)")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}""", 8, "\"a\" of F32 (1) has data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 4, "\"a\" of F32 (1) has data_offsets")]
    [InlineData("""{"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}""", 8, "dtype C64; known are BOOL")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", 4, "exactly dtype, shape and data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "not the JSON that the format asks for")]
    [InlineData("""{"a":{"dtype":4,"shape":[1],"data_offsets":[0,4]}}""", 4, "not the JSON that the format asks for")]
    [InlineData("""{"a\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "not the JSON that the format asks for")]
    [InlineData("""{"a":{"b":{"c":{"d":{}}}}}""", 0, "not the JSON that the format asks for")]
    [InlineData("""{"__metadata__":{"x":"1","x":"2"}}""", 0, "names \"x\" twice")]
    [InlineData("""["a"]""", 0, "not a JSON object")]
    public void ABadHeaderIsRefusedWithItsFault(string header, int dataBytes, string expected)
    {
        var text = Encoding.UTF8.GetBytes(header);
        Refuses([.. Length(text.Length), .. text, .. new byte[dataBytes]], expected);
    }

    [Fact]
    public void AHeaderLongerThanTheFileIsRefusedBeforeAnythingIsAllocated()
    {
        Refuses([.. Length(long.MaxValue), (byte)'{'], "announce a header of 9223372036854775807 bytes, in a file of 9");
        Refuses([.. Length(-1), (byte)'{'], "announce a header of 18446744073709551615 bytes");
        Refuses([1, 2, 3], "3 bytes are too few for a header");
        Refuses([], "0 bytes are too few for a header");
    }

    [Fact]
    public void AnyBytesAreEitherAFileOrOneSentence() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            var path = folder.At("any");
            File.WriteAllBytes(path, [.. Length(bytes.Length + 2), (byte)'{', .. bytes, (byte)'}']);
            try
            {
                SafeTensorsFile.Open(path).Dispose();
            }
            catch (UserException)
            {
            }
        }).QuickCheckThrowOnFailure();

    void Refuses(byte[] content, string expected)
    {
        File.WriteAllBytes(folder.At("bad"), content);
        Assert.Contains(expected, Assert.Throws<UserException>(() => SafeTensorsFile.Open(folder.At("bad"))).Message);
    }

    static byte[] Length(long length)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        return bytes;
    }

    static SafeTensorsEntry Entry(string name, ScalarType type, long[] shape, byte[] bytes) =>
        new(name, type, shape, stream => stream.Write(bytes));
}
