using TorchSharp.Door;

namespace Engine.Tests.Behaviour;

/// <summary>A native library that is missing, no library, another library or of another build: one sentence that says what to do.</summary>
public sealed class NativeLibraryTests : IDisposable
{
    static readonly string door = Path.Combine(AppContext.BaseDirectory, "libtorch_door.so");

    readonly string folder = Directory.CreateTempSubdirectory("door-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static string Message(string file, long abi = NativeMethods.Abi)
    {
        var message = Assert.Throws<DllNotFoundException>(() => NativeMethods.Load(file, abi)).Message;
        Assert.StartsWith(file, message);
        Assert.DoesNotContain('\n', message);
        return message;
    }

    [Fact]
    public void AMissingLibrarySaysHowToBuildIt() =>
        Assert.EndsWith("is missing: build it with scripts/setup.sh and dotnet build (it needs libtorch-dev, cmake and g++).", Message(Path.Combine(folder, "libtorch_door.so")));

    [Fact]
    public void AFileThatIsNoLibrarySaysSo()
    {
        var file = Path.Combine(folder, "libtorch_door.so");
        File.WriteAllText(file, "not a library");
        Assert.Matches("does not fit the libtorch of this machine .*: install libtorch", Message(file));
    }

    [Fact]
    public void AHalfWrittenLibrarySaysSo()
    {
        var file = Path.Combine(folder, "libtorch_door.so");
        File.WriteAllBytes(file, File.ReadAllBytes(door)[..100]);
        Assert.Contains("does not fit the libtorch of this machine", Message(file));
    }

    [Fact]
    public void AnotherBuildsInterfaceIsRefused() =>
        Assert.EndsWith($"has interface {NativeMethods.Abi}, this program needs interface 999: build again with dotnet build.", Message(door, 999));

    [Fact]
    public void ALibraryWithoutTheDoorIsRefused()
    {
        var other = Directory.GetFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "libSystem.Native.so").Single();
        Assert.Contains("has none of the door's functions", Message(other));
    }

    [Fact]
    public void TheRightLibraryLoads() => Assert.NotEqual(0, NativeMethods.Load(door, NativeMethods.Abi));
}
