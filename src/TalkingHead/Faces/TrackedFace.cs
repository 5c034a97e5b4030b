namespace TalkingHead.Faces;

/// <summary>A face in one frame.</summary>
/// <param name="Landmarks">In the frame's pixels.</param>
/// <param name="Box">Around brows, chin and cheeks.</param>
/// <param name="Score">How sure the detector or the follower is; its scale is the tracker's own.</param>
/// <param name="Detected">True where the detector saw it in this frame, false where it was followed from another one.</param>
public sealed record TrackedFace(Landmarks Landmarks, FaceBox Box, double Score, bool Detected);
