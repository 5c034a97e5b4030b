using System.Collections.Concurrent;
using TalkingHead.Faces;
using TalkingHead.Media;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>
/// CSIM, AKD, NME and the error of pose: what follows from the landmarks of both faces of a pair. The largest face of the
/// real picture counts, and the one nearest to its place in the other. Pairs where either has none are counted, never
/// dropped in silence.
/// </summary>
sealed class FaceMeasure : Measure
{
    /// <summary>So many real pictures are detected twice for the floor.</summary>
    const int FloorPictures = 100;

    readonly ComparisonSettings settings;
    readonly Csim? csim;
    readonly Device device;
    readonly TrackerPool trackers;
    readonly int floorEvery;
    readonly SizeRange sizes = new();
    readonly List<double> cosines = [], akd = [], nme = [], pose = [], akdFloor = [], nmeFloor = [], poseFloor = [];
    int pairs, withoutRealFace, withoutFakeFace;

    /// <param name="trackers">Become this measure's own.</param>
    /// <param name="csim">Null where CSIM is not measured.</param>
    /// <param name="settings">What is measured, and with which detector.</param>
    /// <param name="expected">Pairs that will come.</param>
    /// <param name="device">Where the recogniser runs.</param>
    internal FaceMeasure(TrackerPool trackers, Csim? csim, ComparisonSettings settings, int expected, Device device)
    {
        (this.trackers, this.csim, this.settings, this.device) = (trackers, csim, settings, device);
        floorEvery = Math.Max(1, expected / FloorPictures);
    }

    internal override void Add(IReadOnlyList<LoadedPair> loaded)
    {
        var comparable = loaded.Where(pair => pair.IsComparable).ToArray();
        var found = new FacePair[comparable.Length];
        var first = pairs;
        trackers.ForEach(comparable.Length, (i, tracker) => found[i] = Find(tracker, comparable[i], wantsFloor: (first + i) % floorEvery == 0));
        for (var i = 0; i < found.Length; i++)
            Count(comparable[i], found[i]);
        if (csim is not null)
            Compare([.. found.Where(face => face.Fake is not null)]);
    }

    internal override IEnumerable<MetricRow> Rows()
    {
        foreach (var metric in settings.Metrics.Where(MetricForms.NeedsFaces))
        {
            var (values, floor) = metric switch
            {
                Metric.Akd => (akd, akdFloor),
                Metric.Nme => (nme, nmeFloor),
                Metric.Pose => (pose, poseFloor),
                _ => (cosines, null),
            };
            if (metric == Metric.Csim && csim is null)
                continue;
            yield return Row(metric, values);
            if (floor is not null)
                yield return Floor(metric, floor);
        }
    }

    public override void Dispose()
    {
        csim?.Dispose();
        trackers.Dispose();
    }

    FacePair Find(FaceTracker tracker, LoadedPair pair, bool wantsFloor)
    {
        if (tracker.FindOne(pair.Real!) is not { } real)
            return new(null, null, null, null, null);
        var again = wantsFloor ? TrackerPool.Again(tracker, pair.Real!, real) : null;
        if (tracker.FindOne(pair.Fake!, real.Box) is not { } fake)
            return new(real.Landmarks, null, again, null, null);
        return csim is null
            ? new(real.Landmarks, fake.Landmarks, again, null, null)
            : new(real.Landmarks, fake.Landmarks, again, FaceAlignment.Align(pair.Real!, real.Landmarks), FaceAlignment.Align(pair.Fake!, fake.Landmarks));
    }

    void Count(LoadedPair pair, FacePair found)
    {
        pairs++;
        if (found is { Real: { } one, Again: { } again })
            Measure(pair.Real!, one, again, akdFloor, nmeFloor, poseFloor);
        if (found.Real is null)
            withoutRealFace++;
        else if (found.Fake is null)
            withoutFakeFace++;
        if (found is not { Real: { } real, Fake: { } fake })
            return;
        sizes.Add(pair.Real!);
        Measure(pair.Real!, real, fake, akd, nme, pose);
    }

    static void Measure(Picture picture, Landmarks real, Landmarks fake, List<double> akd, List<double> nme, List<double> pose)
    {
        akd.Add(Akd.Compute(real, fake, picture.Width, picture.Height));
        nme.Add(Nme.Compute(real, fake));
        pose.Add(PoseError.Compute(real, fake));
    }

    void Compare(IReadOnlyList<FacePair> faces)
    {
        if (faces.Count == 0)
            return;
        using var scope = NewDisposeScope();
        var found = csim!.Compute(PictureBatches.Stack(faces, face => face.RealFace!, device), PictureBatches.Stack(faces, face => face.FakeFace!, device));
        cosines.AddRange(found.cpu().data<double>().ToArray());
    }

    MetricRow Row(Metric metric, List<double> values)
    {
        List<string> marks = [];
        if (withoutRealFace > 0)
            marks.Add($"no face in {withoutRealFace} of the real pictures");
        if (withoutFakeFace > 0)
            marks.Add($"no face in {withoutFakeFace} of the fake pictures");
        return MetricForms.Blank(metric, settings) with
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

    MetricRow Floor(Metric metric, List<double> values)
    {
        var row = MetricForms.Blank(metric, settings);
        return row with
        {
            Metric = $"{row.Metric} floor",
            Definition = "the same real picture detected again, moved by a pixel",
            Value = values.Count > 0 ? values.Average() : null,
            Real = values.Count,
            Fake = values.Count,
            Resolution = sizes.ToString(),
            Reason = values.Count > 0 ? null : "no face was found twice",
        };
    }

    /// <summary>Landmarks of a pair, those of the real picture found again, and the aligned faces; null where there are none.</summary>
    sealed record FacePair(Landmarks? Real, Landmarks? Fake, Landmarks? Again, Picture? RealFace, Picture? FakeFace);
}

/// <summary>Face trackers of one kind, one a thread, opened as they are needed.</summary>
/// <param name="detector">"mesh" or "fan".</param>
/// <param name="first">The one that showed that the kind can be had.</param>
sealed class TrackerPool(string detector, FaceTracker first) : IDisposable
{
    readonly ConcurrentBag<FaceTracker> trackers = [first];

    /// <exception cref="UserException">Another name, or the tracker's files are missing.</exception>
    internal static TrackerPool Open(string detector) => new(detector, FaceTracker.Open(detector));

    /// <summary>Calls <paramref name="work"/> for 0 to count - 1, each with a tracker of its own.</summary>
    internal void ForEach(int count, Action<int, FaceTracker> work)
    {
        // FAN runs on the device and fills it alone; the mesh is a matter of cores.
        var threads = new ParallelOptions { MaxDegreeOfParallelism = detector == "mesh" ? Environment.ProcessorCount : 1 };
        Parallel.For(0, count, threads, i =>
        {
            if (!trackers.TryTake(out var tracker))
                tracker = FaceTracker.Open(detector);
            try
            {
                work(i, tracker);
            }
            finally
            {
                trackers.Add(tracker);
            }
        });
    }

    /// <summary>The landmarks of a face found again in the picture moved by a pixel: a measure's floor.</summary>
    internal static Landmarks? Again(FaceTracker tracker, Picture picture, TrackedFace face)
    {
        // A pixel to the right; the column that comes into view repeats the first.
        var shifted = picture.Clone();
        shifted.Paste(picture, 1, 0);
        return tracker.FindOne(shifted, face.Box)?.Landmarks.Map(new(1, 0, -1, 0));
    }

    public void Dispose()
    {
        foreach (var tracker in trackers)
            tracker.Dispose();
    }
}
