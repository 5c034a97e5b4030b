using System.Globalization;
using System.Runtime.InteropServices;
using CommandLine;
using CommandLine.Text;
using TalkingHead.Distributed;
using TalkingHead.Faces;
using TalkingHead.Libtorch;
using TalkingHead.Media;
using TalkingHead.Pretrained;
using TalkingHead.Training;
using TorchSharp;

namespace TalkingHead.Cli;

[Verb("doctor", HelpText = "Checks your setup and prints a fix for each problem. Exit code 1 if training on synthetic people, fine-tuning "
    + "from photos or animation cannot run.")]
sealed class DoctorVerb : IVerb
{
    [Option("json", MetaValue = "FILE", HelpText = "Also write the rows to this file.")]
    public string? Json { get; set; }

    [Usage(ApplicationAlias = "talkinghead")]
    public static IEnumerable<Example> Examples => [new("Check this machine", new DoctorVerb())];

    public void Run(CancellationToken stop)
    {
        OutputFiles.Check([], [OutputFiles.Json("json", Json, "what", "state")]);
        var rows = new List<Finding>();
        foreach (var row in MachineChecks.All().Concat(WeightChecks.All()))
        {
            stop.ThrowIfCancellationRequested();
            Say(row);
            rows.Add(row);
        }
        if (Json is not null)
            JsonFile.Write(Json, rows);
        string[] missing = [.. rows.Where(row => row.State == FindingState.Missing).Select(row => row.What)];
        if (missing.Length > 0)
            throw new UserException($"training, fine-tuning or animation cannot run here: see {string.Join(", ", missing)} above.");
        Console.WriteLine("Training on synthetic people, fine-tuning from photos and animation can run here.");
    }

    // Lines, not a table: the commands stay whole and can be pasted.
    static void Say(Finding row)
    {
        var state = row.State switch { FindingState.Ok => "OK", FindingState.Optional => "optional", _ => "MISSING" };
        Console.WriteLine($"{state,-9} {row.What}: {row.Found}");
        if (row.Mend is not null)
            Console.WriteLine($"{"",-9}   {row.Mend}");
    }
}

/// <summary>One row of doctor's report.</summary>
/// <param name="What">What was looked for.</param>
/// <param name="State">Whether it is there.</param>
/// <param name="Found">What was found, or why it is missing.</param>
/// <param name="Mend">The command that fixes it; null where nothing is wrong.</param>
sealed record Finding(string What, FindingState State, string Found, string? Mend = null);

/// <summary>Whether something is there.</summary>
[System.Text.Json.Serialization.JsonConverter(typeof(System.Text.Json.Serialization.JsonStringEnumConverter<FindingState>))]
enum FindingState
{
    Ok,

    /// <summary>Missing or slow; the main job runs without it.</summary>
    Optional,

    /// <summary>Missing, and the main job needs it.</summary>
    Missing,
}

/// <summary>The parts of the machine that this program needs, each checked by using it.</summary>
static class MachineChecks
{
    /// <summary>A dataset of synthetic people, a small run, a head and a video take about half of it.</summary>
    const long LeastDisk = 1L << 30;

    const string SetUp = "scripts/setup.sh && dotnet build TalkingHead.Training.sln -c Release";

    public static IEnumerable<Finding> All()
    {
        yield return new("system", FindingState.Ok, string.Create(CultureInfo.InvariantCulture,
            $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, "
                + $"{Count(Environment.ProcessorCount, "logical processor")}, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9:0.0} "
                + $"GB of memory"));
        yield return new(".NET", FindingState.Ok, $"{Environment.Version} in {RuntimeEnvironment.GetRuntimeDirectory()}");
        var libtorch = Libtorch();
        yield return libtorch;
        if (libtorch.State == FindingState.Ok)
        {
            yield return Gpu();
        }
        yield return Tool("ffmpeg");
        yield return Tool("ffprobe");
        yield return Faces();
        yield return Guarded("pictures",
            () => PictureFile.Encode(new Picture(2, 2), "a.png").Length + PictureFile.Encode(new Picture(2, 2), "a.jpg").Length > 0
            ? "PNG and JPEG" : "", SetUp);
        yield return OfMpi();
        yield return Disk();
    }

    static Finding Libtorch() => Guarded("libtorch", () =>
    {
        var about = Devices.Backend + (Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is { Length: > 0 } threads
            ? $" (OMP_NUM_THREADS is {threads})" : "");
        var cured = LibtorchLoader.IsCured() switch
        {
            true => "; TorchSharp's library works without GCC 13's C++ library here",
            false => "; TorchSharp's library as the package has it",
            null => "",
        };
        return $"{about}; {string.Join(" and ", LibtorchLoader.Loaded("torch_cpu"))}{cured}";
    }, SetUp);

    static Finding Gpu()
    {
        if (torch.cuda.is_available())
            return new("GPU", FindingState.Ok, Count(torch.cuda.device_count(), "CUDA device"));
        if (!File.Exists("/proc/driver/nvidia/version"))
            return new("GPU", FindingState.Optional, "none that CUDA can use; the small configurations run without one, the "
                + "paper's want one");
        return LibtorchLoader.Loaded("torch_cuda") is [var file, ..]
            ? new("GPU", FindingState.Optional, $"NVIDIA's driver is here and {file} finds no device", "nvidia-smi")
            : new("GPU", FindingState.Optional, "NVIDIA's driver is here, but this libtorch has no CUDA",
                $"export {LibtorchLoader.Variable}=$(python3 -c 'import torch; print(torch.__path__[0] + \"/lib\")')");
    }

    static Finding Tool(string name) => Guarded(name, () =>
    {
        using var process = Ffmpeg.Start(name, ["-version"], reads: true);
        using var said = new StreamReader(process.Output);
        var lines = said.ReadToEnd().Split('\n');
        if (process.Wait() != 0)
            throw new UserException($"does not run ({process.LastWords()}).");
        var words = lines[0].Split(' '); // ffmpeg version 5.1.6-0+deb12u1 Copyright ...
        if (name == "ffmpeg" && lines.Any(line => line.Contains("--disable-libx264", StringComparison.Ordinal)))
            throw new UserException("was built without libx264, which writes mp4.");
        return words.Length > 2 ? words[2] : lines[0];
    }, OperatingSystem.IsWindows() ? "winget install Gyan.FFmpeg" : "scripts/setup.sh");

    static Finding Faces() => Guarded("faces", () =>
    {
        using var tracker = new MeshTracker();
        tracker.Find(new Picture(64, 64));
        return "the mesh tracker and its networks are part of the program";
    }, "dotnet restore");

    static Finding OfMpi() => Mpi.Find() is { } mpi
        ? new("MPI", FindingState.Ok, mpi.Version())
        : new("MPI", FindingState.Optional, "none; one process does not need it",
            OperatingSystem.IsLinux() ? "apt-get install openmpi-bin" : null);

    static Finding Disk()
    {
        var drive = new DriveInfo(Path.GetFullPath("."));
        var found = string.Create(CultureInfo.InvariantCulture, $"{drive.AvailableFreeSpace / 1e9:0.0} GB free here");
        return drive.AvailableFreeSpace >= LeastDisk ? new("disk", FindingState.Ok, found)
            : new("disk", FindingState.Missing, $"{found}, 1.1 GB are wanted for datasets and runs", "df -h");
    }

    static Finding Guarded(string what, Func<string> look, string? mend)
    {
        try
        {
            return new(what, FindingState.Ok, look());
        }
        catch (Exception missing) when (missing is UserException
            || (LibtorchLoader.Explain(missing) ?? Program.NativeLibrarySentence(missing)) is not null)
        {
            return new(what, FindingState.Missing, missing is UserException ? missing.Message
                : (LibtorchLoader.Explain(missing) ?? Program.NativeLibrarySentence(missing))!, mend);
        }
    }

    static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}

/// <summary>Which published weights are at hand. None is needed by the main job.</summary>
static class WeightChecks
{
    public static IEnumerable<Finding> All()
    {
        yield return new("weights", FindingState.Ok,
            $"{PublishedWeights.Table.Count(file => PublishedWeights.Has(file.Name))} of {PublishedWeights.Table.Count} files are here; "
            + $"the others belong in {Path.GetFullPath(PublishedWeights.Folder)} ({PublishedWeights.FolderVariable} names another folder)");
        foreach (var file in PublishedWeights.Table)
        {
            var here = new FileInfo(PublishedWeights.PathOf(file.Name));
            yield return here switch
            {
                { Exists: true } when file.Bytes > 0 && here.Length != file.Bytes =>
                    new(file.Name, FindingState.Optional, $"has {here.Length} bytes, expected {file.Bytes}; {file.Use}",
                        $"rm {here} && scripts/download-weights.sh {file.Name}"),
                { Exists: true } => new(file.Name, FindingState.Ok, file.Use),
                _ => new(file.Name, FindingState.Optional, $"missing; {file.Use}",
                    file.Direct ? $"scripts/download-weights.sh {file.Name}" : $"by hand from {file.Address}"),
            };
        }
    }
}
