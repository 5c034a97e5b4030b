using System.Globalization;
using TalkingHead.Speed;

namespace TalkingHead.Cli;

/// <summary>What the bench verb found.</summary>
/// <param name="Steps">"full", and "warm_up" where the configuration has one.</param>
/// <param name="Animation">By how the generator was called: "batch_1", "batch_8".</param>
/// <param name="MetricMilliseconds">A pair of pictures, by metric.</param>
/// <param name="PeakMemory">Bytes, in the training steps.</param>
sealed record BenchReport(string Configuration, string Device, string Libtorch, int Batch, int Shots, int Size, IReadOnlyDictionary<string, StepFigures> Steps, IReadOnlyDictionary<string, AnimationFigures> Animation, IReadOnlyDictionary<string, double> MetricMilliseconds, long PeakMemory, Ceiling Ceiling)
{
    public void Write(TextWriter output)
    {
        foreach (var (kind, figures) in Steps)
        {
            Line($"{kind} step: best {figures.Best:0.0000} s, median {figures.Median:0.0000} s, {figures.Processor.Min():0.0000} s of processor time; {Batch / figures.Best:0.00} episodes/s; {figures.Flop / figures.Best / 1e9:0} GFLOP/s of {figures.Flop / 1e9:0} GFLOP");
            double whole = figures.Phases.Values.Sum();
            output.WriteLine("  " + string.Join(", ", figures.Phases.Where(phase => phase.Value > 0).Select(phase => Invariant($"{phase.Key} {phase.Value:0.0000} s ({100 * phase.Value / whole:0.0} %)"))));
            if (figures.Communication is { } sent)
                Line($"  {sent.Ranks} ranks: {sent.Bytes / 1e6:0.000} MB a step from each to collectives, {sent.RowBytes / 1e6:0.000} MB of it for rows of W; {100 * sent.WaitedShare:0.0} % of the step spent waiting for others");
            output.WriteLine("  losses of the first step: " + string.Join(", ", figures.Losses[0].Select(loss => Invariant($"{loss.Key} {loss.Value:g6}"))));
        }
        foreach (var (way, figures) in Animation)
            Line($"animation, {way}: {figures.Best * 1000:0.0} ms a frame, {1 / figures.Best:0.0} frames/s, {figures.Processor.Min() * 1000:0.0} ms of processor time a call");
        output.WriteLine("metrics, ms a pair: " + string.Join(", ", MetricMilliseconds.Select(metric => Invariant($"{metric.Key} {metric.Value:0.00}"))));
        Line($"peak memory in training: {PeakMemory / 1048576.0:0} MiB");
        Line($"ceiling: matrix product {Ceiling.MatrixProduct / 1e9:0} GFLOP/s, convolution {Ceiling.Convolution / 1e9:0} GFLOP/s");

        void Line(FormattableString text) => output.WriteLine(Invariant(text));
    }

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
