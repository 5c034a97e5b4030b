using System.Collections.Concurrent;
using TalkingHead.Faces;
using TalkingHead.Media;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation;

/// <summary>
/// CSIM, AKD and NME: what follows from the landmarks of both faces of a pair. The largest face of the real picture counts,
/// and the one nearest to its place in the other. Pairs where either has none are counted, never dropped in silence.
/// </summary>
sealed class FaceMeasure : Measure
{
    /// <summary>So many real pictures are detected twice for the floor.</summary>
    const int FloorPictures = 100;

    readonly ComparisonSettings settings;
    readonly Csim? csim;
    readonly Device device;
    readonly ConcurrentBag<FaceTracker> trackers = [];
    readonly int floorEvery;
    readonly SizeRange sizes = new();
    readonly List<double> cosines = [], akd = [], nme = [], akdFloor = [], nmeFloor = [];
    int pairs, withoutRealFace, withoutFakeFace;

    /// <param name="tracker">The first of the trackers, one a thread.</param>
    /// <param name="csim">Null where CSIM is not measured.</param>
    /// <param name="settings">What is measured, and with which detector.</param>
    /// <param name="expected">Pairs that will come.</param>
    /// <param name="device">Where the recogniser runs.</param>
    internal FaceMeasure(FaceTracker tracker, Csim? csim, ComparisonSettings settings, int expected, Device device)
    {
        (this.csim, this.settings, this.device) = (csim, settings, device);
        trackers.Add(tracker);
        floorEvery = Math.Max(1, expected / FloorPictures);
    }

    internal override void Add(IReadOnlyList<LoadedPair> loaded)
    {
        var comparable = loaded.Where(pair => pair.IsComparable).ToArray();
        var found = new FacePair[comparable.Length];

        // FAN runs on the device and fills it alone; dlib is a matter of cores.
        var threads = new ParallelOptions { MaxDegreeOfParallelism = settings.Detector == "dlib" ? Environment.ProcessorCount : 1 };
        var first = pairs;
        Parallel.For(0, comparable.Length, threads, i => found[i] = Find(comparable[i], wantsFloor: (first + i) % floorEvery == 0));
        for (var i = 0; i < found.Length; i++)
            Count(comparable[i], found[i]);
        if (csim is not null)
            Compare([.. found.Where(face => face.Fake is not null)]);
    }

    internal override IEnumerable<MetricRow> Rows()
    {
        foreach (var metric in settings.Metrics)
        {
            if (metric == Metric.Csim && csim is not null)
                yield return Row("CSIM", $"{Csim.Definition(settings.CsimNetwork)}, {settings.Detector} landmarks", cosines);
            if (metric == Metric.Akd)
            {
                yield return Row("AKD", $"{Akd.Definition}, {settings.Detector}", akd) with { Unit = "px", Decimals = 3 };
                yield return Floor("AKD floor", akdFloor) with { Unit = "px", Decimals = 3 };
            }

            if (metric == Metric.Nme)
            {
                yield return Row("NME", $"{Nme.Definition}, {settings.Detector}", nme);
                yield return Floor("NME floor", nmeFloor);
            }
        }
    }

    public override void Dispose()
    {
        csim?.Dispose();
        foreach (var tracker in trackers)
            tracker.Dispose();
    }

    FacePair Find(LoadedPair pair, bool wantsFloor)
    {
        if (!trackers.TryTake(out var tracker))
            tracker = FaceTracker.Open(settings.Detector);
        try
        {
            if (tracker.FindOne(pair.Real!) is not { } real)
                return new(null, null, null, null, null);
            var again = wantsFloor ? tracker.FindOne(Shifted(pair.Real!), real.Box)?.Landmarks.Map(new(1, 0, -1, 0)) : null;
            if (tracker.FindOne(pair.Fake!, real.Box) is not { } fake)
                return new(real.Landmarks, null, again, null, null);
            return csim is null
                ? new(real.Landmarks, fake.Landmarks, again, null, null)
                : new(real.Landmarks, fake.Landmarks, again, FaceAlignment.Align(pair.Real!, real.Landmarks), FaceAlignment.Align(pair.Fake!, fake.Landmarks));
        }
        finally
        {
            trackers.Add(tracker);
        }
    }

    void Count(LoadedPair pair, FacePair found)
    {
        pairs++;
        var (width, height) = (pair.Real!.Width, pair.Real.Height);
        if (found is { Real: { } one, Again: { } again })
        {
            akdFloor.Add(Akd.Of(one, again, width, height));
            nmeFloor.Add(Nme.Of(one, again));
        }

        if (found.Real is null)
            withoutRealFace++;
        else if (found.Fake is null)
            withoutFakeFace++;
        if (found is not { Real: { } real, Fake: { } fake })
            return;
        sizes.Add(pair.Real);
        akd.Add(Akd.Of(real, fake, width, height));
        nme.Add(Nme.Of(real, fake));
    }

    void Compare(IReadOnlyList<FacePair> faces)
    {
        if (faces.Count == 0)
            return;
        using var scope = NewDisposeScope();
        var found = csim!.Of(PictureBatches.Stack(faces, face => face.RealFace!, device), PictureBatches.Stack(faces, face => face.FakeFace!, device));
        cosines.AddRange(found.cpu().data<double>().ToArray());
    }

    MetricRow Row(string name, string definition, List<double> values)
    {
        List<string> marks = [];
        if (withoutRealFace > 0)
            marks.Add($"no face in {withoutRealFace} of the real pictures");
        if (withoutFakeFace > 0)
            marks.Add($"no face in {withoutFakeFace} of the fake pictures");
        return new(name, definition)
        {
            Value = values.Count > 0 ? values.Average() : null,
            Real = values.Count,
            Fake = values.Count,
            Resolution = sizes.ToString(),
            Marks = values.Count > 0 ? marks : [],
            Reason = values.Count > 0 ? null : pairs == 0 ? "no pair of pictures of one name and one size was read"
                : $"{settings.Detector} found no pair of faces in {pairs} pairs ({string.Join(", ", marks)})",
        };
    }

    MetricRow Floor(string name, List<double> values) => new(name, "the same real picture detected again, moved by a pixel")
    {
        Value = values.Count > 0 ? values.Average() : null,
        Real = values.Count,
        Fake = values.Count,
        Resolution = sizes.ToString(),
        Reason = values.Count > 0 ? null : "no face was found twice",
    };

    // A pixel to the right; the column that comes into view repeats the first.
    static Picture Shifted(Picture picture)
    {
        var shifted = picture.Clone();
        shifted.Paste(picture, 1, 0);
        return shifted;
    }

    /// <summary>Landmarks of a pair, those of the real picture found again, and the aligned faces; null where there are none.</summary>
    sealed record FacePair(Landmarks? Real, Landmarks? Fake, Landmarks? Again, Picture? RealFace, Picture? FakeFace);
}
