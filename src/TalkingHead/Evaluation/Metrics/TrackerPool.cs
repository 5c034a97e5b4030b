using System.Collections.Concurrent;
using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>Face trackers of one kind, "mesh" or "fan", one a thread, opened as they are needed; the first shows that this works.</summary>
/// <exception cref="UserException">Another name, or the tracker's files are missing.</exception>
sealed class TrackerPool(string detector) : IDisposable
{
    readonly ConcurrentBag<FaceTracker> trackers = [FaceTracker.Open(detector)];

    /// <summary>What <paramref name="work"/> gives for 0 to count - 1, each with a tracker of its own.</summary>
    internal T[] Select<T>(int count, Func<int, FaceTracker, T> work)
    {
        var found = new T[count];

        // FAN runs on the device and fills it alone; the mesh tracker is a matter of cores.
        var threads = new ParallelOptions { MaxDegreeOfParallelism = detector == "mesh" ? Environment.ProcessorCount : 1 };
        Parallel.For(0, count, threads, i =>
        {
            if (!trackers.TryTake(out var tracker))
                tracker = FaceTracker.Open(detector);
            try
            {
                found[i] = work(i, tracker);
            }
            finally
            {
                trackers.Add(tracker);
            }
        });
        return found;
    }

    /// <summary>The landmarks of a face found again in the picture moved by a pixel: a measure's floor.</summary>
    internal static Landmarks? Again(FaceTracker tracker, Picture picture, TrackedFace face)
    {
        // A pixel to the right; the column that comes into view repeats the first.
        var shifted = picture.Clone();
        shifted.Paste(picture, 1, 0);
        return tracker.FindOne(shifted, face.Box)?.Landmarks.Map(new(1, 0, -1, 0));
    }

    public void Dispose() => Array.ForEach([.. trackers], tracker => tracker.Dispose());
}
