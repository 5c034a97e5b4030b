using System.Security.Cryptography;
using System.Text.RegularExpressions;
using TalkingHead.Animation;
using TalkingHead.Data;
using TalkingHead.Evaluation;
using TalkingHead.Evaluation.Metrics;
using TalkingHead.Evaluation.Protocol;
using TalkingHead.Media;
using TalkingHead.Pretrained;
using TalkingHead.Tests.Animation;
using TalkingHead.Tests.Pretrained;
using TalkingHead.Tests.Serialization;
using TalkingHead.Tests.Training;

namespace TalkingHead.Tests.Evaluation.Protocol;

/// <summary>
/// Evaluations of a small run (32x32, formula-made weights) on made clips, each in a folder of its own; a clock that never
/// moves.
/// </summary>
public sealed class SmallEvaluation : IDisposable
{
    internal static readonly EvaluationSettings Settings = new()
    {
        Shots = [1, 3],
        HoldOut = 4,
        Identities = 3,
        Comparison = new() { Metrics = [Metric.Ssim, Metric.Psnr, Metric.L1] },
    };

    readonly MadeDataset made = new(clips: 15, frames: 8, size: 32);
    readonly TemporaryFolder folder = new();
    readonly Dataset dataset;
    (string, EvaluationResult)? whole;
    readonly TrainedRun run = SmallPerson.Run(SmallPerson.Configuration("plain", epochs: 2));

    public SmallEvaluation() => dataset = Dataset.Open(made.Folder);

    internal string At(string name) => folder.At(name);

    /// <summary>The folder of the evaluation with <see cref="Settings"/> that no test changes, and its result; made once.</summary>
    internal (string Name, EvaluationResult Result) Whole => whole ??= ("whole", Run("whole")!);

    internal HeadEvaluation Open(string name, EvaluationSettings? settings = null, ComparisonNetworks? networks = null) =>
        new(run, dataset, folder.At(name), settings ?? Settings, networks ?? ComparisonNetworks.Published, new StillClock());

    internal EvaluationResult? Run(string name, EvaluationSettings? settings = null, ComparisonNetworks? networks = null,
        int stopAfter = int.MaxValue)
    {
        using var evaluation = Open(name, settings, networks);
        using var stop = new CancellationTokenSource();
        var done = 0;
        return evaluation.Run(() =>
        {
            if (++done == stopAfter)
                stop.Cancel();
        }, stop.Token);
    }

    /// <summary>A copy of <see cref="Whole"/> that a test may change.</summary>
    internal void CopyWhole(string name)
    {
        var from = folder.At(Whole.Name);
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(folder.At(name), Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
    }

    /// <summary>The protocol's frames; the folder.</summary>
    internal string Export(string name, EvaluationSettings settings)
    {
        Assert.Equal(3, HeadEvaluation.Export(run.Configuration, dataset, settings, folder.At(name)));
        return folder.At(name);
    }

    internal SourceFrames Frames(string clip, IReadOnlyList<int> frames) =>
        SourceFrames.From(dataset, dataset.Get(clip).Index, frames, run.Configuration);

    internal void AssertSameFiles(string first, string second)
    {
        Assert.True(Unsigned(first) == Unsigned(second), "report.html differs");
        foreach (var file in (string[])["results.json", "timing.json", "table.md", "evaluation.json"])
            Assert.True(File.ReadAllBytes(Path.Combine(At(first), file)).AsSpan()
                .SequenceEqual(File.ReadAllBytes(Path.Combine(At(second), file))), $"{file} differs");
    }

    // The report, its pictures as pixels: their credentials hold a time and a signature.
    string Unsigned(string name) => Regex.Replace(File.ReadAllText(Path.Combine(At(name), "report.html")),
        "data:image/[a-z]+;base64,([^\"]+)", picture =>
        Convert.ToHexString(SHA256.HashData(PictureFile.Decode(Convert.FromBase64String(picture.Groups[1].Value), "a picture of the report",
            out _).Pixels)));

    /// <summary>Every network with formula-made weights.</summary>
    internal static ComparisonNetworks FormulaNetworks() => new(
        (settings, device) => new(FormulaWeights.Fill(new Inception()), settings.FidVariant, device),
        (_, device) => new(new Lpips(FormulaWeights.Fill(new LpipsWeights(LpipsTrunk.Alex)),
            FormulaWeights.Fill(LpipsTrunk.Alex.Empty())), device),
        (_, device) => new(new ArcFace("IR-SE50", FormulaWeights.Fill(ArcFaceKind.IrSe50.Build()), bgr: true), device));

    public void Dispose()
    {
        run.Dispose();
        dataset.Dispose();
        made.Dispose();
        folder.Dispose();
    }

    sealed class StillClock : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }
}
