using TalkingHead.Serialization;
using static TalkingHead.Tests.Serialization.CheckpointFixtures;

namespace TalkingHead.Tests.Serialization;

/// <summary>Files that try to run code, to exhaust the reader or to mislead it; each is refused, fast and by name.</summary>
public sealed class HostileCheckpointTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public static TheoryData<string> Files => [.. HostileCheckpoints.All.Keys.Order(StringComparer.Ordinal)];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Files))]
    public void IsRefusedInUnderASecondAndNothingRuns(string name)
    {
        var path = Written(name);
        var before = Environment.CpuUsage.TotalTime; // not the clock's: the machine may be busy
        var refusal = Assert.Throws<UserException>(() => PyTorchCheckpoint.Open(path));
        var took = Environment.CpuUsage.TotalTime - before;
        Assert.True(took < TimeSpan.FromSeconds(1), $"took {took}");
        Assert.Contains(name, refusal.Message);
        Assert.False(File.Exists(HostileCheckpoints.Marker) || File.Exists(Path.Combine(AppContext.BaseDirectory,
            HostileCheckpoints.Marker)), "the file's code was run");
    }

    [Theory]
    [InlineData("os-system", "asks for \"os.system\"")]
    [InlineData("posix-system", "asks for \"posix.system\"")]
    [InlineData("builtins-eval", "asks for \"builtins.eval\"")]
    [InlineData("python2-exec", "asks for \"builtins.exec\"")]
    [InlineData("nested-reduce", "asks for \"subprocess.call\"")]
    [InlineData("reduce-getattr", "asks for \"builtins.getattr\"")]
    [InlineData("stack-global", "asks for \"posix.system\"")]
    [InlineData("stack-global-built", "STACK_GLOBAL without two texts")]
    [InlineData("inst", "the opcode STRING is not used")]
    [InlineData("inst-binary", "the opcode INST is not used")]
    [InlineData("obj", "asks for \"os.system\"")]
    [InlineData("newobj", "the opcode NEWOBJ is not used")]
    [InlineData("newobj-ex", "the opcode NEWOBJ_EX is not used")]
    [InlineData("extension-code", "the opcode EXT1 is not used")]
    [InlineData("load-from-bytes", "asks for \"torch.storage._load_from_bytes\"")]
    [InlineData("codecs-decode", "\"_codecs.encode\" is called with 2 arguments of another form")]
    [InlineData("call-a-tensor", "REDUCE calls what is no known name")]
    [InlineData("name-with-newlines", "a name without an end within 256 characters")]
    [InlineData("build-on-name", "BUILD sets the state of what is no OrderedDict")]
    [InlineData("name-as-value", "collections.OrderedDict stands as a value")]
    [InlineData("legacy-os-system", "asks for \"os.system\"")]
    [InlineData("legacy-module", "it holds a whole module with its source text")]
    public void CodeIsRefusedWithItsName(string name, string expected) => AssertRefusal(name, expected);

    [Theory]
    [InlineData("four-gigabytes", "4294967295 bytes are announced and 6 are left")]
    [InlineData("sixteen-exabytes", "9223372036854775807 bytes are announced and 6 are left")]
    [InlineData("negative-length", "-1 bytes are announced")]
    [InlineData("huge-integer", "an integer of 2147483647 bytes")]
    [InlineData("truncated", "bytes are announced")]
    [InlineData("no-stop", "1 bytes are announced and 0 are left")]
    [InlineData("empty-stack", "the stack is empty")]
    [InlineData("below-the-mark", "the stack is empty")]
    [InlineData("cyclic-list", "a container contains itself")]
    [InlineData("cyclic-dict", "a container contains itself")]
    [InlineData("cyclic-ordered-dict", "a container contains itself")]
    [InlineData("memo-bomb", "memo entry 4294967295 after 0 entries")]
    [InlineData("billion-laughs", "shared containers unfold to more than")]
    [InlineData("deep", "nested more than 64 deep")]
    [InlineData("pairs-again", "it takes more than 4000000 steps")]
    [InlineData("sets-again", "it takes more than 4000000 steps")]
    [InlineData("persistent-id-text", "a persistent id is not of the form")]
    [InlineData("persistent-id-short", "a persistent id is not of the form")]
    [InlineData("persistent-id-callable", "a persistent id names no torch storage")]
    [InlineData("persistent-id-path", "it has no member \"archive/data/../../../../etc/passwd\"")]
    [InlineData("storage-missing", "it has no member \"archive/data/7\"")]
    [InlineData("storage-too-long", "storage 0 of 1000000 elements does not fit its 16 bytes")]
    [InlineData("tensor-beyond", "reaches element 4, but its storage holds 4")]
    [InlineData("negative-stride", "negative size, stride or offset")]
    [InlineData("overflowing-size", "of shape (4294967296,4294967296) reaches element")]
    [InlineData("overflowing-stride", "reaches element 18446744073709551616")]
    [InlineData("unfolding", "its tensors unfold to more than 4398046511104 bytes")]
    [InlineData("zip-compressed", "member \"archive/data.pkl\" is compressed")]
    [InlineData("zip-cut", "its directory is missing")]
    [InlineData("zip-big-endian", "was written on a big-endian machine")]
    [InlineData("zip-member-beyond", "the file is truncated or damaged")]
    [InlineData("legacy-storage-cut", "7 bytes are left")]
    [InlineData("legacy-storage-count", "1152921504606846976 are announced")]
    [InlineData("not-a-checkpoint", "neither a zip archive nor a pickle")]
    public void DamageAndBombsAreNamed(string name, string expected) => AssertRefusal(name, expected);

    [Fact]
    public void AWholeModuleIsRefusedWithItsClass() =>
        Assert.Contains("asks for \"__main__.Numbers\"", Assert.Throws<UserException>(() =>
            PyTorchCheckpoint.Open(At("module.zip.pth"))).Message);

    [Theory]
    [InlineData("training.zip.pth")]
    [InlineData("training.legacy.pth")]
    public void AFileCutAnywhereOrWithAnyByteFlippedIsRefusedOrRead(string name)
    {
        var whole = File.ReadAllBytes(At(name));
        using var folder = new TemporaryFolder();
        var refused = 0;
        for (var at = 0; at < whole.Length; at++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[at] ^= (byte)(1 << (at % 8));
            refused += Refused(folder.At("flipped"), damaged);
            if (at % 16 == 0)
                Assert.Equal(1, Refused(folder.At("cut"), whole[..at]));
        }
        Assert.True(refused > whole.Length / 8, $"{refused} of {whole.Length} damaged files were refused");
    }

    static int Refused(string path, byte[] content)
    {
        File.WriteAllBytes(path, content);
        try
        {
            using var file = PyTorchCheckpoint.Open(path);
            ReadAll(file.Root);
            return 0;
        }
        catch (UserException)
        {
            return 1;
        }
    }

    static void ReadAll(PickledValue value)
    {
        if (value is PickledTensor tensor)
            Dense(tensor.Tensor);
        foreach (var child in value.Children)
            ReadAll(child);
    }

    void AssertRefusal(string name, string expected)
    {
        var path = Written(name);
        Assert.Contains(expected, Assert.Throws<UserException>(() => PyTorchCheckpoint.Open(path)).Message);
    }

    string Written(string name)
    {
        var path = folder.At($"{name}.pth");
        File.WriteAllBytes(path, HostileCheckpoints.All[name]);
        return path;
    }
}
