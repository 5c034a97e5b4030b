using System.Globalization;
using TalkingHead.Datasets;
using TalkingHead.Faces;
using TalkingHead.Heads;
using TalkingHead.Media;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation.Protocol;

/// <summary>Evaluates one person: makes every row's frames and measures them.</summary>
sealed class IdentityTrial(Dataset dataset, TrainedRun run, FrameMeter meter, EvaluationSettings settings, TimeProvider clock)
{
    /// <summary>Frames go through the generator in parts of so many.</summary>
    internal const int Batch = 8;

    /// <summary>Source frames that the report shows at most.</summary>
    const int SourcesShown = 8;

    /// <param name="plan">The person.</param>
    /// <param name="driver">Who moves; the person herself in self-reenactment.</param>
    /// <param name="stop">Ends the work between heads.</param>
    internal IdentityRecord Run(IdentityPlan plan, IdentityPlan driver, CancellationToken stop)
    {
        var sources = Frames(plan, plan.Sources);
        var real = Frames(plan, plan.HoldOut);
        var driving = settings.Cross ? Frames(driver, driver.HoldOut) : real;
        using var target = meter.Target(real.Pictures, driving.Pictures);
        var samples = new SampleFrames(driving.Count / 2);
        samples.Keep("truth", driving.Pictures);
        samples.Keep("landmarks", driving.Drawn(run.Configuration));
        for (var i = 0; i < Math.Min(SourcesShown, sources.Count); i++)
            samples.Keep($"source-{i}", sources.Pictures[i]);

        var rows = new Dictionary<Row, RowRecord>();
        foreach (var row in Row.Of(settings))
        {
            stop.ThrowIfCancellationRequested();
            var shown = new SourceFrames([.. sources.Pictures.Take(row.Shots)], [.. sources.Landmarks.Take(row.Shots)], sources.Source);
            var (pictures, places, cost) = row.Method switch
            {
                Method.CopyNearest => (shown.Pictures, Nearest(shown, driving), null),
                Method.MeanFrame => ([Mean(shown.Pictures)], new int[driving.Count], null),
                _ => OfHead(row, plan, shown, driving, stop),
            };
            rows[row] = meter.Measure(target, pictures, places) with { Cost = cost };
            samples.Keep(row.ToString(), [.. places.Select(place => pictures[place])]);
        }

        return new() { Rows = rows, Real = target.Real, Floors = target.Floors, Pictures = samples.Encoded };
    }

    SourceFrames Frames(IdentityPlan plan, IReadOnlyList<int> frames) => SourceFrames.Of(dataset, dataset.Get(plan.Clip).Index, frames, run.Configuration);

    (IReadOnlyList<Picture> Pictures, int[] Places, RowCost? Cost) OfHead(Row row, IdentityPlan plan, SourceFrames shown, SourceFrames driving, CancellationToken stop)
    {
        var began = clock.GetTimestamp();
        using var head = Enrollment.Run(run, shown, new EnrollmentSettings { FeedForward = row.Method == Method.FeedForward, Seed = settings.Seed }, cancel: stop);
        var enrolled = clock.GetElapsedTime(began);
        if (settings.HeadsOut is { } folder)
            head.Save(Path.Combine(folder, HeadName(plan, row)));

        using var exact = new ExactArithmetic();
        began = clock.GetTimestamp();
        Picture[] pictures = [.. Driving(head, driving.Landmarks).Chunk(Batch).SelectMany(head.Generate)];
        var perFrame = clock.GetElapsedTime(began).TotalMilliseconds / pictures.Length;
        return (pictures, [.. Enumerable.Range(0, pictures.Length)], new(enrolled.TotalSeconds, perFrame, head.Origin.Epochs, Machine()));
    }

    IReadOnlyList<Landmarks> Driving(Head head, IReadOnlyList<Landmarks> driver)
    {
        if (!settings.Adapt)
            return driver;
        var transfer = new LandmarkTransfer(LandmarkShape.Frontal(driver), head.MeanShape);
        return [.. driver.Select(transfer.Apply)];
    }

    string Machine() => string.Create(CultureInfo.InvariantCulture,
        $"{run.Device}, {Environment.ProcessorCount} processor{(Environment.ProcessorCount == 1 ? "" : "s")}{(settings.AtOnce == 1 ? "" : $" for each of {settings.AtOnce} people at once")}");

    // Names of people are a dataset's own and may hold anything.
    static string HeadName(IdentityPlan plan, Row row) => string.Create(CultureInfo.InvariantCulture,
        $"{string.Concat(plan.Identity.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' ? letter : '_'))}-{row.Method.Key()}-{row.Shots}.head");

    static int[] Nearest(SourceFrames shown, SourceFrames driving) =>
        [.. driving.Landmarks.Select(wanted => wanted.Nearest(shown.Landmarks))];

    static Picture Mean(IReadOnlyList<Picture> pictures)
    {
        using var scope = NewDisposeScope();
        return PictureTensor.ToPicture(PictureTensor.ToTensor(pictures).mean([0]));
    }
}
