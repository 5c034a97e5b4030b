using System.Diagnostics;
using TalkingHead.Libtorch;
using TalkingHead.Tests;
using static TorchSharp.torch;

namespace TalkingHead.EndToEndTests.Onnx;

/// <summary>What ONNX files and their pictures are held against.</summary>
static class OnnxOracle
{
    const string Python = "/usr/bin/python3"; // Debian's, which has Debian's packages

    static readonly Lazy<bool> Installed = new(() => File.Exists(Python) && Run(["-c", "import onnx"]).Code == 0);

    /// <summary>python3-onnx checks the files: structure, types, and a shape for every value.</summary>
    public static void Accepts(params string[] files)
    {
        Assert.SkipUnless(Installed.Value, "no python3-onnx is installed (scripts/setup.sh installs it).");
        var (code, output) = Run([Repository.At("tests/oracles/check_onnx.py"), .. files]);
        Assert.True(code == 0, output);
        Assert.Equal(files.Length, output.Split('\n').Count(line => line.Contains("IR 8, opset 17")));
    }

    /// <summary>Pictures in [-1,1]: as good as the same in float32, 45 dB in half precision; neither of them flat.</summary>
    public static void AreTheSame(Tensor expected, Tensor made, bool half, string what)
    {
        Assert.True(expected.std().item<float>() > 0.1, $"{what}: flat");
        AreClose(expected, made, half, what);
    }

    /// <summary>As <see cref="AreTheSame"/>, of what is no picture.</summary>
    public static void AreClose(Tensor expected, Tensor made, bool half, string what)
    {
        Assert.Equal(expected.shape, made.shape);
        using var scope = NewDisposeScope();
        var difference = expected - made;
        var largest = difference.abs().max().item<float>();
        var decibels = 10 * Math.Log10(4 / Math.Max(1e-20, difference.Square().mean().item<float>()));
        TestContext.Current.TestOutputHelper?.WriteLine($"{what}: largest difference {largest:g3}, {decibels:0.0} dB");
        Assert.True(half ? decibels >= 45 : largest <= 1e-4, $"{what}: largest difference {largest}, {decibels} dB");
    }

    static (int Code, string Output) Run(string[] arguments)
    {
        var start = new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd() + error.Result;
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
