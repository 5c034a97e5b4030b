using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using TalkingHead.Configuration;
using TalkingHead.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Benchmarks.PlainTwin;

/// <summary>How one kind of step went; in JSON with the names of tests/oracles/pytorch_step.py.</summary>
/// <param name="Seconds">Of each step but the first.</param>
/// <param name="Best">The fewest of them.</param>
/// <param name="Processor">The fewest seconds of processor time in one.</param>
/// <param name="Losses">Of each step, the first one's too.</param>
sealed record TwinSteps(IReadOnlyList<double> Seconds, double Best, double Processor,
    IReadOnlyList<IReadOnlyDictionary<string, double>> Losses);

/// <summary>What the twin found.</summary>
/// <param name="Torch">Version of libtorch.</param>
/// <param name="Device">Where.</param>
/// <param name="Threads">Of libtorch.</param>
/// <param name="Steps">"full", and "warm_up" where the configuration has one.</param>
/// <param name="PeakMemory">Bytes, in the training steps; null on CUDA, whose memory TorchSharp does not tell.</param>
/// <param name="FrameSeconds">Of the fastest frame of animation.</param>
/// <param name="FrameProcessor">The fewest seconds of processor time in one.</param>
sealed record TwinReport(string Torch, string Device, int Threads, IReadOnlyDictionary<string, TwinSteps> Steps, long? PeakMemory,
    double FrameSeconds, double FrameProcessor);

/// <summary>
/// The training step and the animation of a configuration as an ordinary TorchSharp program writes them, from what
/// <c>talkinghead bench CONFIG --twin DIR</c> wrote:
/// <c>twin DIR [--steps N] [--frames N] [--threads N] [--device cpu|cuda] [--json FILE]</c>.
/// It shares no code with the framework but for reading files, and gives the same losses.
/// </summary>
/// <remarks>
/// Ordinary practice: contiguous tensors, TorchSharp's operators, losses and Adam as they are, all threads, the whole batch at
/// once, one optimiser a side, dispose scopes around phases and blocks, real and fake pictures in one batch of the
/// discriminator, no_grad where nothing learns, one power iteration of spectral norm a step. No fused resampling, no layout
/// of its own, no kernels.
/// </remarks>
static class PlainTwinProgram
{
    const int Usual = 5;
    static readonly JsonSerializerOptions layout = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    internal static int Run(string[] args)
    {
        var folder = args[0];
        var options = args[1..].Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
        var device = new Device(options.GetValueOrDefault("--device", "cpu"));
        if (options.ContainsKey("--threads"))
            set_num_threads(Count("--threads", 0));
        if (device.type == DeviceType.CUDA)
            backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = true;

        var report = Measure(folder, device, Count("--steps", Usual), Count("--frames", Usual));
        if (options.TryGetValue("--json", out var json))
            File.WriteAllText(json, JsonSerializer.Serialize(report, layout) + "\n");
        foreach (var (kind, steps) in report.Steps)
        {
            Say($"{kind} step: best {steps.Best:0.0000} s, {steps.Processor:0.0000} s of processor time");
            var losses = steps.Losses[0].Select(loss => string.Create(CultureInfo.InvariantCulture, $"{loss.Key} {loss.Value:g6}"));
            Say($"  losses of the first step: {string.Join(", ", losses)}");
        }
        Say($"animation: {1000 * report.FrameSeconds:0.0} ms a frame, {1000 * report.FrameProcessor:0.0} ms of processor time");
        Say($"peak memory in training: {report.PeakMemory / 1048576.0:0} MiB");
        return 0;

        int Count(string name, int usual) =>
            options.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : usual;

        static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
    }

    static TwinReport Measure(string folder, Device device, int steps, int frames)
    {
        var configuration = RunConfiguration.Load(Path.Combine(folder, "config.yaml"));
        if (configuration is not { Network.Layout: NetworkLayout.Paper, SpectralNorm.Iterate: PowerIteration.Step, Optimizer.ClipNorm: 0 })
            throw UserException.Usage("The plain twin has the paper's networks, a power iteration a step and no clipping only.");
        var start = SafeTensors.Load(Path.Combine(folder, "start.safetensors"), device);
        var embedder = Filled(new Embedder(configuration), start, "embedder", device);
        var generator = Filled(new Generator(configuration), start, "generator", device);
        var discriminator = Filled(new Discriminator(configuration), start, "discriminator", device);
        var rows = new VideoRows(start["rows.weight"], start.GetValueOrDefault("rows.v"));
        var content = new Content(configuration.Objective, start, device);
        var step = new Step(configuration, embedder, generator, discriminator, rows, content);
        var parts = Under(start, "batch");
        var batch = new Batch(parts["source"], parts["source_landmarks"], parts["target"], parts["target_landmarks"], parts["rows"]);

        var kinds = new Dictionary<string, TwinSteps> { ["full"] = Steps(step.Full) };
        if (configuration.Training.WarmUp > 0)
            kinds["warm_up"] = Steps(step.WarmUp);
        using var process = Process.GetCurrentProcess();
        long? peak = device.type == DeviceType.CPU ? process.PeakWorkingSet64 : null;

        generator.eval();
        using var inference = no_grad();
        var psi = generator.Project(randn(1, configuration.Network.Embedding, device: device));
        var landmarks = batch.TargetLandmarks[..1];
        var (seconds, processor, _) = Timed(() => generator.call(landmarks, psi), frames, device);
        return new TwinReport(torch.__version__, device.ToString(), get_num_threads(), kinds, peak, seconds.Min(), processor.Min());

        TwinSteps Steps(Func<Batch, Dictionary<string, Tensor>> kind)
        {
            var (seconds, processor, losses) =
                Timed(() => kind(batch).ToDictionary(loss => loss.Key, loss => (double)loss.Value.item<float>()), steps, device);
            return new TwinSteps(seconds, seconds.Min(), processor.Min(), losses);
        }
    }

    // Seconds, and seconds of processor time, of each call after the first, and all results.
    static (List<double> Seconds, List<double> Processor, List<T> Results) Timed<T>(Func<T> call, int count, Device device)
    {
        var (seconds, processor, results) = (new List<double>(), new List<double>(), new List<T>());
        for (var n = 0; n <= count; n++)
        {
            var (clock, used) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
            using (NewDisposeScope())
                results.Add(call());
            if (device.type == DeviceType.CUDA)
                cuda.synchronize(device);
            seconds.Add(clock.Elapsed.TotalSeconds);
            processor.Add((Environment.CpuUsage.TotalTime - used).TotalSeconds);
        }
        return (seconds[1..], processor[1..], results);
    }

    static T Filled<T>(T network, Dictionary<string, Tensor> start, string name, Device device) where T : nn.Module
    {
        network.load_state_dict(Under(start, name));
        return network.to(device);
    }

    /// <summary>The tensors whose names start with a prefix and a dot, without them.</summary>
    internal static Dictionary<string, Tensor> Under(Dictionary<string, Tensor> tensors, string prefix) =>
        tensors.Where(pair => pair.Key.StartsWith(prefix + ".", StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key[(prefix.Length + 1)..], pair => pair.Value);
}
