using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Datasets.Preparation;

/// <summary>Which faces are good enough to learn from, and which other faces make a frame doubtful.</summary>
static class GoodFace
{
    /// <summary>Share of the landmarks that must lie in the picture.</summary>
    const double Inside = 0.9;

    /// <summary>Another face of at least this share of the face's area is one that might be meant.</summary>
    const double RivalArea = 0.4;

    /// <summary>Boxes that overlap more than this are the same face.</summary>
    const double SameFace = 0.2;

    /// <summary>Why the face is no good one, as <see cref="FrameTally"/> counts it; null where it is.</summary>
    internal static string? Fault(TrackedFace? face, Picture picture, int leastFace)
    {
        if (face is null || !face.Landmarks.AreFinite)
            return FrameTally.NoFace;
        var bounds = face.Landmarks.Bounds;
        if (Math.Max(bounds.Width, bounds.Height) < leastFace)
            return $"with a face under {leastFace} px";
        var inside = 0;
        for (var i = 0; i < Landmarks.Count; i++)
        {
            var (x, y) = face.Landmarks[i];
            if (x >= 0 && y >= 0 && x <= picture.Width - 1 && y <= picture.Height - 1)
                inside++;
        }

        return inside < Inside * Landmarks.Count ? "with a face cut off by the edge" : null;
    }

    /// <summary>Whether another face is about as large as this one.</summary>
    internal static bool HasRival(TrackedFace face, IEnumerable<TrackedFace> all) =>
        all.Any(other => other.Box.Area >= RivalArea * face.Box.Area && other.Box.Overlap(face.Box) < SameFace);
}
