using TalkingHead.Faces;

namespace TalkingHead.Evaluation;

/// <summary>The angle between two heads' poses (<see cref="HeadPose"/>), in degrees.</summary>
public static class PoseError
{
    internal const string Definition = "angle between head poses, a generic face in weak perspective on 9 of 68 landmarks";

    /// <summary>The angle; NaN where a face has no pose.</summary>
    public static double Of(Landmarks real, Landmarks fake) =>
        (HeadPose.Of(real), HeadPose.Of(fake)) is ({ } one, { } other) ? one.AngleTo(other) : double.NaN;
}
