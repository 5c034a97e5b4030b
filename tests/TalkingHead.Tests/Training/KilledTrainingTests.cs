using System.Diagnostics;

namespace TalkingHead.Tests.Training;

/// <summary>The program itself, killed without warning (SIGKILL).</summary>
public sealed class KilledTrainingTests : IDisposable
{
    const int Steps = 30;

    readonly MadeDataset made = new(clips: 10, frames: 6, size: 32);
    readonly string folder = Directory.CreateTempSubdirectory("talkinghead-").FullName;

    public void Dispose()
    {
        made.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void KilledAtRandomMomentsARunEndsWithTheBytesOfAnUndisturbedOne()
    {
        // TRAINING_KILLS=20 for the whole measurement.
        int kills = int.Parse(Environment.GetEnvironmentVariable("TRAINING_KILLS") ?? "3");
        var clock = Stopwatch.StartNew();
        Assert.Equal(0, Start("whole", kill: null));
        double whole = clock.Elapsed.TotalSeconds;

        var random = new Random(20);
        int killed = 0;
        for (int attempt = 0; attempt < 4 * kills && killed < kills; attempt++)
            if (Start("cut", kill: TimeSpan.FromSeconds(0.1 + random.NextDouble() * whole)) != 0)
                killed++;
            else
                Directory.Delete(Path.Combine(folder, "cut"), recursive: true); // it ended before its kill: again from the start
        Assert.Equal(kills, killed);

        Assert.Equal(0, Start("cut", kill: null));
        AssertSame($"checkpoints/step-{Steps:D7}", "*.safetensors");
        AssertSame(".", "metrics.jsonl");
        AssertSame("samples", "*.png");
    }

    int Start(string run, TimeSpan? kill)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "TalkingHead.Cli.dll");
        string configuration = Path.Combine(AppContext.BaseDirectory, "../../../../configs/smoke.yaml");
        using var process = Process.Start(new ProcessStartInfo("dotnet",
            [program, "train", configuration, "--data", made.Folder, "--out", Path.Combine(folder, run), "--resume", "--set",
                $"training.steps={Steps}", "training.checkpoint_every=7", "training.report_every=3", "training.validate_every=15", "training.sample_every=15", "optimizer.decay=0.5"])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _ = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (kill is not null && !process.WaitForExit(kill.Value))
        {
            process.Kill();
            process.WaitForExit();
            return -1;
        }
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return 0;
    }

    void AssertSame(string subfolder, string pattern)
    {
        string[] names = Names("whole");
        Assert.NotEmpty(names);
        Assert.Equal(names, Names("cut"));
        foreach (string name in names)
            Assert.True(Bytes("whole", name).AsSpan().SequenceEqual(Bytes("cut", name)), name);

        string[] Names(string run) => [.. Directory.GetFiles(Path.Combine(folder, run, subfolder), pattern).Select(path => Path.GetFileName(path)).Order()];
        byte[] Bytes(string run, string name) => File.ReadAllBytes(Path.Combine(folder, run, subfolder, name));
    }
}
