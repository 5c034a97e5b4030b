using System.Text.Json;
using TalkingHead.Tests;
using TalkingHead.Tests.Cli;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.EndToEndTests.Cli;

/// <summary>doctor in a process of its own, whose environment lacks this or that.</summary>
public sealed class DoctorVerbTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void WithoutWeightsTheMainJobRuns()
    {
        var (code, rows, output) = Run(("TALKINGHEAD_WEIGHTS", folder.At("none")));
        Assert.True(code == 0, output);
        Assert.All(new[] { ".NET", "libtorch", "ffmpeg", "ffprobe", "faces", "pictures", "disk", "weights" },
            what => Assert.NotEqual("Missing", rows[what].State));
        Assert.Contains("1 thread (OMP_NUM_THREADS is 1)", rows["libtorch"].Found);
        Assert.Contains("torch_cpu", rows["libtorch"].Found);
        Assert.Matches("^libtorch 2\\.10\\.", rows["libtorch"].Found);
        Assert.Matches("^1 of [0-9]+ files are here", rows["weights"].Found); // resnet18 lies beside the built program
        Assert.Equal(("Optional", "scripts/download-weights.sh lpips_alex.pth"),
            (rows["lpips_alex.pth"].State, rows["lpips_alex.pth"].Mend));
        Assert.EndsWith("animation can run here.", output.TrimEnd());
    }

    [Fact]
    public void WhatIsMissingIsMissingAloneAndNamed()
    {
        var (code, rows, output) = Run(("PATH", folder.At("")));
        Assert.Equal(1, code);
        Assert.Equal(["ffmpeg", "ffprobe"], rows.Where(row => row.Value.State == "Missing").Select(row => row.Key));
        Assert.All(rows.Values.Where(row => row.State == "Missing"), row => Assert.StartsWith("scripts/setup.sh", row.Mend));
        Assert.EndsWith("talkinghead: training, fine-tuning or animation cannot run here: see ffmpeg, ffprobe above.", output.TrimEnd());
    }

    [Fact]
    public void AFolderWithoutLibtorchIsNamedBeforeAnythingElse()
    {
        var (code, output, error) = ProgramProcess.Run(["doctor"], environment: [("TALKINGHEAD_LIBTORCH", folder.At("nowhere"))]);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith($"talkinghead: TALKINGHEAD_LIBTORCH is {folder.At("nowhere")}, which holds no libtorch_cpu.so.", error);
    }

    [Fact]
    public void TwoLibtorchAreRefused()
    {
        File.WriteAllText(folder.At("libtorch_cpu.so"), "");
        var (code, output, error) = ProgramProcess.Run(["doctor"], environment: [("TALKINGHEAD_LIBTORCH", folder.At(""))]);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("two libtorch cannot share a process", error);
    }

    [Fact]
    public void AnotherFoldersLibtorchIsTheOnlyOneLoaded()
    {
        // The program as it is carried to a machine with a PyTorch of its own, and libtorch in another folder.
        string[] natives = ["libtorch.so", "libtorch_cpu.so", "libc10.so",
            .. Directory.EnumerateFiles(AppContext.BaseDirectory, "libgomp*").Select(file => Path.GetFileName(file))];
        string app = Directory.CreateDirectory(folder.At("app")).FullName,
            elsewhere = Directory.CreateDirectory(folder.At("elsewhere")).FullName;
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory))
            if (natives.Contains(Path.GetFileName(file)))
                File.CreateSymbolicLink(Path.Combine(elsewhere, Path.GetFileName(file)), file);
            else
                File.Copy(file, Path.Combine(app, Path.GetFileName(file)));
        var json = folder.At("there.json");
        var (_, output, error) = ProgramProcess.Run(["doctor", "--json", json], environment: [("TALKINGHEAD_LIBTORCH", elsewhere)],
            program: Path.Combine(app, "TalkingHead.Cli.dll"));
        Assert.True(File.Exists(json), output + error);
        var found = JsonDocument.Parse(File.ReadAllText(json)).RootElement.EnumerateArray()
            .First(row => row.GetProperty("what").GetString() == "libtorch");
        Assert.Equal("Ok", found.GetProperty("state").GetString());
        Assert.DoesNotContain(" and ", found.GetProperty("found").GetString()); // one file of that name
    }

    [Fact]
    public void ADamagedWeightsFileIsNamed()
    {
        File.WriteAllText(folder.At("lpips_alex.pth"), "cut off");
        var (code, rows, _) = Run(("TALKINGHEAD_WEIGHTS", folder.At("")));
        Assert.Equal(0, code);
        Assert.Equal(("Optional", "has 7 bytes, expected 6009; LPIPS: weights over the channels of AlexNet"),
            (rows["lpips_alex.pth"].State, rows["lpips_alex.pth"].Found));
    }

    (int Code, IReadOnlyDictionary<string, (string State, string Found, string? Mend)> Rows, string Output) Run(params (string Name,
        string Value)[] environment)
    {
        var json = folder.At("doctor.json");
        var (code, output, error) = ProgramProcess.Run(["doctor", "--json", json], environment: [("OMP_NUM_THREADS", "1"), .. environment]);
        var said = output + error;
        Assert.True(File.Exists(json), said);
        var rows = JsonDocument.Parse(File.ReadAllText(json)).RootElement.EnumerateArray()
            .ToDictionary(row => row.GetProperty("what").GetString()!,
            row => (row.GetProperty("state").GetString()!, row.GetProperty("found").GetString()!, row.GetProperty("mend").GetString()));
        return (code, rows, said);
    }
}
