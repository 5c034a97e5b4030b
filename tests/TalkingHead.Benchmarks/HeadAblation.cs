using System.Diagnostics;
using System.Globalization;
using TalkingHead.Animation;
using TalkingHead.Data;
using TalkingHead.Evaluation.Metrics;
using TalkingHead.Media;
using TalkingHead.Models;
using static TorchSharp.torch;

namespace TalkingHead.Benchmarks;

/// <summary>
/// What fine-tuning is worth, and what it is worth without its two conditions (paper, section 4): people that no
/// training saw, T frames to learn from, 32 others to be measured on. <c>--ablation RUN DATASET [KEY=VALUE …]</c>; keys
/// are the run's configuration's, and <c>shots</c>, <c>people</c>, <c>rows</c>.
/// </summary>
static class HeadAblation
{
    static readonly string[] AllRows = ["mean-frame", "copy-nearest", "FF", "FT", "FT, ψ' shuffled", "FT, not meta-trained"];

    internal static int Run(string runPath, string data, string[] options)
    {
        var own = options.Where(option => !option.Contains('.', StringComparison.Ordinal) || option.IndexOf('=') < option.IndexOf('.'))
            .Select(option => option.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var changes = options.Where(option => option.IndexOf('.') is > 0 and var dot && dot < option.IndexOf('=')).ToArray();
        int[] shots = [.. own.GetValueOrDefault("shots", "1,8,32").Split(',').Select(int.Parse)];
        var people = int.Parse(own.GetValueOrDefault("people", "20"), CultureInfo.InvariantCulture);
        var rows = own.TryGetValue("rows", out var chosen) ? [.. chosen.Split(',').Select(row => AllRows[int.Parse(row)])] : AllRows;

        // without the stopping rule
        int? epochs = own.TryGetValue("epochs", out var given) ? int.Parse(given, CultureInfo.InvariantCulture) : null;
        using var run = TrainedRun.Open(runPath, "cpu", own.GetValueOrDefault("checkpoint", "newest"), changes);
        using var fresh = TrainedRun.From("fresh", run.Configuration, new NetworkSet(run.Configuration), run.Device);
        using var dataset = Dataset.Open(data);
        int[] clips = [.. Enumerable.Range(0, dataset.Count)
            .Where(clip => dataset.SplitOf(clip) == Split.Test && dataset.FrameCountOf(clip) > shots.Max())
            .DistinctBy(clip => dataset[clip].Identity).Take(people)];
        foreach (var note in run.Notes)
            Console.WriteLine(note);
        Console.WriteLine($"{clips.Length} people of {data} whom no training saw; {run.Configuration.FineTuning}");
        Console.WriteLine("| row | T | SSIM | PSNR | s a person | epochs kept |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var count in shots)
            foreach (var row in rows)
            {
                var scores = new List<(double Ssim, double Psnr, double Seconds, int? Kept)>();
                foreach (var clip in clips)
                    scores.Add(Score(row, row.EndsWith("not meta-trained", StringComparison.Ordinal) ? fresh : run, dataset, clip,
                        count, epochs));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {row} | {count} | {scores.Average(s => s.Ssim):0.0000} | {scores.Average(s => s.Psnr):0.00} | "
                        + $"{scores.Average(s => s.Seconds):0.0} | "
                        + $"{(scores[0].Kept is null ? "" : $"{scores.Average(s => s.Kept!.Value):0.0}")} |"));
            }
        return 0;
    }

    // Odd frames are held out; T of the even ones, evenly chosen, are learned from.
    static (double Ssim, double Psnr, double Seconds, int? Kept) Score(string row, TrainedRun run, Dataset dataset, int clip, int count,
        int? epochs)
    {
        using var scope = NewDisposeScope();
        var half = dataset.FrameCountOf(clip) / 2;
        var source = SourceFrames.From(dataset, clip, [.. Enumerable.Range(0,
            count).Select(k => 2 * (int)((2L * k + 1) * half / (2L * count)))], run.Configuration);
        var target = SourceFrames.From(dataset, clip, [.. Enumerable.Range(0, Math.Min(32, half)).Select(k => 2 * k + 1)],
            run.Configuration);
        var clock = Stopwatch.StartNew();
        int? kept = null;
        var real = PictureTensor.ToBytes(target.Pictures, CPU);
        var fake = row switch
        {
            "mean-frame" => PictureTensor.ToBytes(source.Pictures, CPU).to(ScalarType.Float32).mean([0],
                keepdim: true).round().to(ScalarType.Byte).expand([target.Count, -1, -1, -1]),
            "copy-nearest" =>
            PictureTensor.ToBytes([.. target.Landmarks.Select(wanted => source.Pictures[wanted.Nearest(source.Landmarks)])], CPU),
            _ => Generated(),
        };
        return (Ssim.Compute(fake, real).mean().item<double>(), Psnr.Compute(fake, real).mean().item<double>(),
            clock.Elapsed.TotalSeconds, kept);

        Tensor Generated()
        {
            using var head = PersonFineTuner.Run(run, source,
                new() { FeedForward = row == "FF", ShuffledStyle = row.Contains("shuffled", StringComparison.Ordinal), Epochs = epochs });
            kept = head.Origin.KeptEpoch;
            clock.Stop();
            return PictureTensor.Quantize(head.Generate(target.ToTensors(run.Configuration, CPU).Landmarks));
        }
    }
}
