using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Datasets.Preparation;

/// <summary>A frame picked from a video.</summary>
/// <param name="Picture">The whole frame.</param>
/// <param name="Number">In the video, from 0.</param>
/// <param name="Landmarks">Smoothed; null where the frame is no good one.</param>
readonly record struct SeenFrame(Picture Picture, int Number, Landmarks? Landmarks);

/// <summary>Follows one face through picked frames of a video, smooths its landmarks and judges frames and video.</summary>
sealed class VideoTracking(PrepareSettings settings, FaceTracker tracker)
{
    internal FrameTally Tally { get; } = new();

    /// <summary>Why two people may be mixed in what was followed so far.</summary>
    internal string? Doubt { get; private set; }

    /// <param name="take">Its frames are read from here on.</param>
    /// <param name="picks">Numbers of frames, ascending.</param>
    /// <param name="stop">Stops between frames.</param>
    internal IEnumerable<SeenFrame> Follow(VideoTake take, int[] picks, CancellationToken stop)
    {
        var spacing = picks.Length > 1 ? (double)(picks[^1] - picks[0]) / (picks.Length - 1) : 1;
        var smoothing = new LandmarkSmoothing(Math.Max(0.01, take.Rate / spacing));
        var person = new OnePerson(findsCuts: !settings.TakesWholeFrames);

        // In a frame cut around a face, that face is the one in the middle; else the largest is followed.
        var track = tracker.Begin(settings.TakesWholeFrames ? take.Middle : null);
        var next = 0;
        foreach (var (picture, face) in track.Over(take.Pick(picks, stop)))
        {
            var number = picks[next++];
            var fault = GoodFace.Fault(face, picture, settings.LeastFace);
            Tally.Count(fault);
            person.See(picture, face, number / take.Rate, tracker);
            Doubt ??= person.Jump;
            if (fault is not null)
                smoothing.Reset();
            yield return new(picture, number, fault is null ? smoothing.Next(face!.Landmarks) : null);
        }

        Doubt ??= person.Rival;
    }
}
