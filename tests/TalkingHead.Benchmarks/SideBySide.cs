using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace TalkingHead.Benchmarks;

/// <summary>
/// <c>talkinghead bench</c>, the plain TorchSharp program and, where Python has it, PyTorch, one after the other and round by
/// round: <c>steps DEVICE [CONFIG BATCH]...</c>. All start from the same weights and batch. Each figure is the best of all
/// rounds: whatever else the machine does only adds.
/// </summary>
static class SideBySide
{
    const int Rounds = 2, Steps = 3, Frames = 6, LastLines = 12;

    // Of the first step's losses, relative to the largest: one libtorch in float32, and on a GPU TF32 on one side.
    const double CpuTolerance = 1e-5, CudaTolerance = 1e-3;

    static readonly string[] usual = ["configs/paper-voxceleb2-256.yaml", "1", "configs/synthetic-64.yaml", "8"];

    /// <summary>What one program reported in one round.</summary>
    sealed record Report(JsonNode Json)
    {
        public IEnumerable<string> Kinds => Json["steps"]!.AsObject().Select(step => step.Key);

        public double Best(string kind) => (double)Json["steps"]![kind]!["best"]!;

        // A list of all steps in one program's report, the least of them in the others'.
        public double Processor(string kind) => Json["steps"]![kind]!["processor"] is JsonArray all ? all.Min(value => (double)value!)
            : (double)Json["steps"]![kind]!["processor"]!;

        public double Frame => (double)(Json["frame_seconds"] ?? Json["animation"]!["batch_1"]!["best"])!;

        public double? PeakMemory => (double?)Json["peak_memory"];

        public JsonObject Losses(int step) => Json["steps"]!["full"]!["losses"]![step]!.AsObject();
    }

    internal static int Run(string device, string[] args)
    {
        if (args.Length % 2 != 0)
            throw UserException.Usage($"steps: a batch is missing after {args[^1]}. Expected pairs of CONFIG and BATCH.");
        var python = Python();
        var same = true;
        foreach (var pair in (args.Length == 0 ? usual : args).Chunk(2))
        {
            var folder = Directory.CreateTempSubdirectory("talkinghead-steps-");
            try
            {
                var rounds = Enumerable.Range(0, Rounds).Select(_ => Measure(device, pair[0], pair[1], folder.FullName, python)).ToArray();
                same &= Print(device, pair[0], rounds);
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
        if (python is null)
            Console.WriteLine("No column for PyTorch: no python3 with torch, yaml and numpy (apt-get install python3-torch python3-yaml).");
        if (!same)
            Console.Error.WriteLine("The programs do not compute the same step.");
        return same ? 0 : 1;
    }

    // What the small configurations have beside the paper's networks and losses, and the twins have not.
    static readonly string[] withoutExtras = ["--set", "network.skip_paths=false", "network.canvas_side=0", "network.reference_side=0",
        "objective.eye_weight=0", "objective.mouth_weight=0"];

    static (Report Ours, Report Plain, Report? PyTorch) Measure(string device, string config, string batch, string folder, string? python)
    {
        string[] counts = ["--steps", $"{Steps}", "--frames", $"{Frames}", "--device", device];
        var ours = Start(Beside("TalkingHead.Cli"), ["bench", config, "--batch", batch, "--twin", folder, .. withoutExtras], "ours");
        var plain = Start(Environment.ProcessPath!, ["twin", folder], "plain");
        var pytorch = python is null ? null : Start(python, [Path.Combine(Root, "tests/oracles/pytorch_step.py"), folder], "pytorch");
        return (ours, plain, pytorch);

        Report Start(string program, string[] arguments, string name)
        {
            var json = Path.Combine(folder, name + ".json");
            var (code, error) = Execute(program, [.. arguments, .. counts, "--json", json]);
            if (code != 0)
                throw new UserException($"{program} {string.Join(' ', arguments)} ended with code {code}:\n{error}");
            return new Report(JsonNode.Parse(File.ReadAllText(json))!);
        }
    }

    // Whether the losses of the first step agree.
    static bool Print(string device, string config, (Report Ours, Report Plain, Report? PyTorch)[] rounds)
    {
        var (ours, plain, pytorch) = rounds[0];
        Say($"{config}, batch {ours.Json["batch"]}, K {ours.Json["shots"]}, {device}, {plain.Json["threads"]} threads");
        Say($"  {"",-24} {"plain",12} {"talkinghead",12} {"",4} {"",7} {(pytorch is null ? "" : "PyTorch " + pytorch.Json["torch"]),18}");
        foreach (var kind in plain.Kinds)
        {
            Row($"{kind} step", report => report.Best(kind), "ms", 1e3);
            Row($"{kind} step, processor", report => report.Processor(kind), "ms", 1e3);
        }
        Row("a frame of animation", report => report.Frame, "ms", 1e3);
        Row("peak memory", report => report.PeakMemory, "MiB", 1 / 1048576.0);

        var rate = (double)ours.Json["steps"]!["full"]!["flop"]! / rounds.Min(round => round.Ours.Best("full"));
        var (product, convolution) = (Ceiling("matrix_product"), Ceiling("convolution"));
        Say($"  {rate / 1e9:0} GFLOP/s of the paper's operations; a matrix product reaches {product:0}, a convolution {convolution:0}");
        var (difference, next) = (Difference(ours, plain, 0), Difference(ours, plain, 1));
        Say($"  losses of the first step differ by {difference:0.0e+00} of the largest, those of the second by {next:0.0e+00}");
        if (pytorch is not null)
            Say($"  from PyTorch's: {Difference(ours, pytorch, 0):0.0e+00} and {Difference(ours, pytorch, 1):0.0e+00}");
        return difference <= (device == "cpu" ? CpuTolerance : CudaTolerance); // false for NaN too

        double Ceiling(string what) => rounds.Max(round => (double)round.Ours.Json["ceiling"]![what]!) / 1e9;

        void Row(string name, Func<Report, double?> figure, string unit, double scale)
        {
            var mine = scale * rounds.Min(round => figure(round.Ours));
            var other = scale * rounds.Min(round => figure(round.Plain));
            var third = scale * rounds.Min(round => round.PyTorch is { } report ? figure(report) : null);
            if (other is not null)
                Say($"  {name,-24} {other,12:0.0} {mine,12:0.0} {unit,-4} {other / mine,6:0.00}x {third,18:0.0}");
        }
    }

    // The largest difference of a loss that both name, relative to the largest loss.
    static double Difference(Report ours, Report other, int step)
    {
        var (mine, theirs) = (ours.Losses(step), other.Losses(step));
        string[] shared = [.. theirs.Select(loss => loss.Key).Where(mine.ContainsKey)];
        var largest = shared.Max(name => Math.Abs((double)theirs[name]!));
        return shared.Max(name => Math.Abs((double)mine[name]! - (double)theirs[name]!)) / largest;
    }

    // $PYTHON or the system's, where it has what tests/oracles/pytorch_step.py needs.
    static string? Python()
    {
        var python = Environment.GetEnvironmentVariable("PYTHON") ?? "/usr/bin/python3";
        try
        {
            return Execute(python, ["-c", "import torch, yaml, numpy"]).Code == 0 ? python : null;
        }
        catch (System.ComponentModel.Win32Exception) // no such program
        {
            return null;
        }
    }

    // What it prints is dropped; the end of what it says of errors is kept.
    static (int Code, string Error) Execute(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEnd();
        output.Wait();
        process.WaitForExit();
        return (process.ExitCode, string.Join('\n', error.TrimEnd().Split('\n').TakeLast(LastLines)));
    }

    // artifacts/bin/NAME/release/NAME, where this program is artifacts/bin/TalkingHead.Benchmarks/release/...
    static string Beside(string name) => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../..", name,
        Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), OperatingSystem.IsWindows() ? name + ".exe" : name));

    static string Root => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../.."));

    static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture).TrimEnd());
}
