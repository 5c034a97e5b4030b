using System.Globalization;
using CommandLine;
using CommandLine.Text;
using TalkingHead.Benchmarking;
using TalkingHead.Configuration;
using TalkingHead.Data;
using TalkingHead.Distributed;
using TalkingHead.Training;
using static TorchSharp.torch;

namespace TalkingHead.Cli;

[Verb("bench", HelpText = "Times a configuration's training step and animation on this machine.")]
sealed class BenchVerb : IVerb
{
    [Value(0, MetaName = "CONFIG", Required = true, HelpText = "A configuration, such as configs/paper-voxceleb2-256.yaml.")]
    public string Config { get; set; } = "";

    [Option("data", MetaValue = "DIR", HelpText = "A dataset to load batches from; by default every step uses one random batch.")]
    public string? Data { get; set; }

    [Option("synthetic-batch", HelpText = "Use one random batch although --data is given.")]
    public bool SyntheticBatch { get; set; }

    [Option("device", Default = "auto", HelpText = OptionText.Device)]
    public string Device { get; set; } = "auto";

    [Option("batch", HelpText = "Episodes per step, in place of the configuration's.")]
    public int? Batch { get; set; }

    [Option("steps", Default = 5, HelpText = "Steps to time, after one warm-up step.")]
    public int Steps { get; set; } = 5;

    [Option("frames", Default = 5, HelpText = "Generated frames to time.")]
    public int Frames { get; set; } = 5;

    [Option(WorkersOption.Name, Default = 0, HelpText = WorkersOption.Help)]
    public int Workers { get; set; }

    [Option("set", MetaValue = "KEY=VALUE", HelpText = "Change keys of the configuration, such as training.precision=bf16.")]
    public IEnumerable<string> Set { get; set; } = [];

    [Option("twin", MetaValue = "DIR", HelpText = "Also write the first step's weights and batch, for tests/oracles/pytorch_step.py.")]
    public string? Twin { get; set; }

    [Option("json", MetaValue = "FILE", HelpText = OptionText.Json)]
    public string? Json { get; set; }

    [Usage(ApplicationAlias = "talkinghead")]
    public static IEnumerable<Example> Examples =>
        [new("Measure the paper's step on the CPU", new BenchVerb { Config = "configs/paper-voxceleb2-256.yaml", Batch = 1,
            Device = "cpu" })];

    public void Run(CancellationToken stop)
    {
        if (Steps < 1 || Frames < 1)
            throw UserException.Usage("--steps and --frames: expected 1 or more.");
        WorkersOption.Check(Workers);
        OutputFiles.Check([Config, .. Data is null ? [] : new[] { Data }],
            [OutputFiles.Folder("twin", Twin, null), OutputFiles.Json("json", Json, "configuration", "device")]);
        var configuration = RunConfiguration.Load(Config, Batch is { } batch ? [.. Set, $"training.batch={batch}"] : Set);
        Launch.Run(Device, timeout: 3600, (place, ranks) => Measure(configuration, place, ranks, stop));
    }

    // With several ranks all measure the step together; rank 0 does the rest and speaks.
    void Measure(RunConfiguration configuration, string place, Ranks ranks, CancellationToken stop)
    {
        if (!ranks.IsFirst)
            Console.SetOut(TextWriter.Null);
        var (device, reason) = Devices.Choose(place);
        Console.WriteLine($"device: {device} ({reason}); {Devices.Backend}");
        using var dataset = Data is not null && !SyntheticBatch ? Dataset.Open(Data) : null;

        var steps = Measure(configuration, device, dataset, ranks, stop);
        if (!ranks.IsFirst)
            return;
        var peak = Devices.PeakMemory();
        var animations = new Dictionary<string, AnimationFigures>();
        foreach (var many in new[] { 1, 8 })
        {
            animations[$"batch_{many}"] = AnimationBenchmark.Run(configuration, device, many, Frames, stop);
            if (device.type == TorchSharp.DeviceType.CPU)
                animations[$"onnx_batch_{many}"] = AnimationBenchmark.Run(configuration, device, many, Frames, stop, Animation.Engine.Onnx);
        }
        var ceiling = Ceiling.Measure(device);
        var report = new BenchReport(Config, device.ToString(), Devices.Backend, configuration.Training.Batch * ranks.Count,
            configuration.Episodes.Shots, configuration.Data.Size,
            steps, animations, MetricsBenchmark.Run(configuration.Data.Size), peak, ceiling);
        report.Write(Console.Out);
        if (Json is not null)
            JsonFile.Write(Json, report);
    }

    Dictionary<string, StepFigures> Measure(RunConfiguration configuration, Device device, Dataset? dataset, Ranks ranks,
        CancellationToken stop)
    {
        using var benchmark = new StepBenchmark(configuration, device, dataset, Workers, ranks);
        Console.WriteLine(benchmark.Content);
        if (Twin is not null)
            benchmark.SaveStart(Twin);
        var steps = new Dictionary<string, StepFigures> { ["full"] = benchmark.Run(Steps, warming: 1, adversarial: true, stop) };
        if (configuration.Training.WarmUp > 0)
            steps["warm_up"] = benchmark.Run(Steps, warming: 1, adversarial: false, stop);
        return steps;
    }
}

/// <summary>What the bench verb measured.</summary>
/// <param name="Configuration">The configuration's file.</param>
/// <param name="Device">Such as cpu or cuda:0.</param>
/// <param name="Libtorch">The backend and its version.</param>
/// <param name="Batch">Episodes in a step, of all ranks.</param>
/// <param name="Shots">Source frames of an episode (K).</param>
/// <param name="Size">Pixels of a frame's side.</param>
/// <param name="Steps">"full", and "warm_up" where the configuration has one.</param>
/// <param name="Animation">
/// By how the generator was called: "batch_1", "batch_8", in libtorch; on a CPU also "onnx_batch_1" and "onnx_batch_8", in ONNX Runtime.
/// </param>
/// <param name="MetricMilliseconds">A pair of pictures, by metric.</param>
/// <param name="PeakMemory">Bytes, in the training steps.</param>
/// <param name="Ceiling">The speed of the device's matrix product and convolution, for comparison.</param>
sealed record BenchReport(string Configuration, string Device, string Libtorch, int Batch, int Shots, int Size,
    IReadOnlyDictionary<string, StepFigures> Steps, IReadOnlyDictionary<string, AnimationFigures> Animation,
    IReadOnlyDictionary<string, double> MetricMilliseconds, long PeakMemory, Ceiling Ceiling)
{
    public void Write(TextWriter output)
    {
        var invariant = CultureInfo.InvariantCulture;
        foreach (var (kind, figures) in Steps)
        {
            var (best, gigaflop) = (figures.Best, figures.Flop / 1e9);
            output.WriteLine(string.Create(invariant, $"{kind} step: best {best:0.0000} s, median {figures.Median:0.0000} s, "
                + $"{figures.Processor.Min():0.0000} s of processor time; {Batch / best:0.00} episodes/s; "
                + $"{gigaflop / best:0} GFLOP/s of {gigaflop:0} GFLOP"));
            var whole = figures.Phases.Values.Sum();
            output.WriteLine("  " + string.Join(", ", figures.Phases.Where(phase => phase.Value > 0)
                .Select(phase => Invariant($"{phase.Key} {phase.Value:0.0000} s ({100 * phase.Value / whole:0.0} %)"))));
            if (figures.Communication is { } sent)
                output.WriteLine(string.Create(invariant, $"  {sent.Ranks} ranks: {sent.Bytes / 1e6:0.000} MB a step from each to "
                    + $"collectives, {sent.RowBytes / 1e6:0.000} MB of it for rows of W; "
                    + $"{100 * sent.WaitedShare:0.0} % of the step spent waiting for others"));
            output.WriteLine("  losses of the first step: " + string.Join(", ",
                figures.Losses[0].Select(loss => Invariant($"{loss.Key} {loss.Value:g6}"))));
        }
        foreach (var (way, figures) in Animation)
            output.WriteLine(string.Create(invariant, $"animation, {way}: {figures.Best * 1000:0.0} ms a frame, "
                + $"{1 / figures.Best:0.0} frames/s, {figures.Processor.Min() * 1000:0.0} ms of processor time a call"));
        output.WriteLine("metrics, ms a pair: " + string.Join(", ",
            MetricMilliseconds.Select(metric => Invariant($"{metric.Key} {metric.Value:0.00}"))));
        output.WriteLine(Invariant($"peak memory in training: {PeakMemory / 1048576.0:0} MiB"));
        output.WriteLine(Invariant(
            $"ceiling: matrix product {Ceiling.MatrixProduct / 1e9:0} GFLOP/s, convolution {Ceiling.Convolution / 1e9:0} GFLOP/s"));
    }

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
