using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using TalkingHead.Faces;
using TalkingHead.Media;
using TalkingHead.Training;
using TorchSharp;

namespace TalkingHead.Cli;

/// <summary>What of the machine this program needs, looked at by using it.</summary>
static class MachineChecks
{
    /// <summary>A dataset of synthetic people, a small run, a head and a video take about half of it.</summary>
    const long LeastDisk = 1L << 30;

    const string SetUp = "scripts/setup.sh && dotnet build TalkingHead.Training.sln -c Release";

    public static IEnumerable<Finding> All()
    {
        yield return new("system", FindingState.Ok, string.Create(CultureInfo.InvariantCulture,
            $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, {Count(Environment.ProcessorCount, "logical processor")}, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9:0.0} GB of memory"));
        yield return new(".NET", FindingState.Ok, $"{Environment.Version} in {RuntimeEnvironment.GetRuntimeDirectory()}");
        var libtorch = Libtorch();
        yield return libtorch;
        if (libtorch.State == FindingState.Ok)
        {
            yield return Blas();
            yield return Gpu();
        }
        yield return Tool("ffmpeg");
        yield return Tool("ffprobe");
        yield return Dlib();
        yield return Guarded("pictures", () => PictureFile.Encode(new Picture(2, 2), "a.png").Length + PictureFile.Encode(new Picture(2, 2), "a.jpg").Length > 0 ? "PNG and JPEG" : "", SetUp);
        yield return Disk();
    }

    static Finding Libtorch() => Guarded("libtorch", () =>
    {
        string about = Devices.Backend;
        return Loaded("torch_cpu") is { } file ? $"{about}; {file}" : about;
    }, SetUp);

    // Debian's reference BLAS takes the same place as OpenBLAS, and is 40 times slower in a matrix product.
    static Finding Blas()
    {
        if (Loaded("openblas") is { } open)
            return new("BLAS", FindingState.Ok, $"OpenBLAS, {open}");
        if (Loaded("mkl") is { } mkl)
            return new("BLAS", FindingState.Ok, $"MKL, {mkl}");
        return Loaded("libblas") is { } reference
            ? new("BLAS", FindingState.Optional, $"{reference} is not OpenBLAS: matrix products are slow", "apt-get install libopenblas0-pthread")
            : new("BLAS", FindingState.Ok, "libtorch's own");
    }

    static Finding Gpu()
    {
        if (torch.cuda.is_available())
            return new("GPU", FindingState.Ok, Count(torch.cuda.device_count(), "CUDA device"));
        if (!File.Exists("/proc/driver/nvidia/version"))
            return new("GPU", FindingState.Optional, "none that CUDA can use; the small configurations run without one, the paper's want one");
        return Loaded("torch_cuda") is { } file
            ? new("GPU", FindingState.Optional, $"NVIDIA's driver is here and {file} finds no device", "nvidia-smi")
            : new("GPU", FindingState.Optional, "NVIDIA's driver is here, but this libtorch has no CUDA", "LIBTORCH=/path/to/a/libtorch/with/CUDA dotnet build TalkingHead.Training.sln -c Release");
    }

    static Finding Tool(string name) => Guarded(name, () =>
    {
        using var process = Ffmpeg.Start(name, ["-version"], reads: true);
        using var said = new StreamReader(process.Output);
        string[] lines = said.ReadToEnd().Split('\n');
        if (process.Wait() != 0)
            throw new UserException($"does not run ({process.LastWords()}).");
        string[] words = lines[0].Split(' '); // ffmpeg version 5.1.6-0+deb12u1 Copyright ...
        if (name == "ffmpeg" && lines.Any(line => line.Contains("--disable-libx264", StringComparison.Ordinal)))
            throw new UserException("was built without libx264, which writes mp4.");
        return words.Length > 2 ? words[2] : lines[0];
    }, OperatingSystem.IsWindows() ? "winget install Gyan.FFmpeg" : "scripts/setup.sh");

    // The main job finds faces in photos with dlib, or with FAN where its weights are at hand.
    static Finding Dlib()
    {
        string? variable = Environment.GetEnvironmentVariable("TALKINGHEAD_DLIB_MODEL");
        var found = Guarded("dlib", () =>
        {
            string model = FaceModels.FindDlibShape();
            using var tracker = new DlibTracker();
            return $"its 68-point model is {model} (not for commercial use)";
        }, OperatingSystem.IsWindows() ? WeightChecks.FetchFan : variable is { Length: > 0 } && !File.Exists(variable) ? "unset TALKINGHEAD_DLIB_MODEL" : SetUp);
        return found.State == FindingState.Missing && WeightChecks.HasFan ? found with { State = FindingState.Optional, Found = $"{found.Found} --detector fan works" } : found;
    }

    static Finding Disk()
    {
        var drive = new DriveInfo(Path.GetFullPath("."));
        string found = string.Create(CultureInfo.InvariantCulture, $"{drive.AvailableFreeSpace / 1e9:0.0} GB free here");
        return drive.AvailableFreeSpace >= LeastDisk ? new("disk", FindingState.Ok, found) : new("disk", FindingState.Missing, $"{found}, 1.1 GB are wanted for datasets and runs", "df -h");
    }

    static Finding Guarded(string what, Func<string> look, string? mend)
    {
        try
        {
            return new(what, FindingState.Ok, look());
        }
        catch (Exception missing) when (missing is UserException || Program.NativeLibrarySentence(missing) is not null)
        {
            return new(what, FindingState.Missing, missing is UserException ? missing.Message : Program.NativeLibrarySentence(missing)!, mend);
        }
    }

    /// <summary>The file of a loaded native library whose path holds the word.</summary>
    static string? Loaded(string word)
    {
        using var process = Process.GetCurrentProcess();
        return process.Modules.Cast<ProcessModule>().Select(module => module.FileName).FirstOrDefault(file => file.Contains(word, StringComparison.OrdinalIgnoreCase));
    }

    static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
