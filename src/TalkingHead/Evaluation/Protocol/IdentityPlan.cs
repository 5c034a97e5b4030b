namespace TalkingHead.Evaluation.Protocol;

/// <summary>Which frames of a person are shown, and which are held out to drive and to be the truth.</summary>
/// <param name="Identity">The person.</param>
/// <param name="Clip">The clip's id.</param>
/// <param name="Checksum">Of the clip's content.</param>
/// <param name="HoldOut">Frames of the clip, in order of time.</param>
/// <param name="Sources">Other frames of it, in random order: the first T are those of T shots, so that more shots add to fewer.</param>
sealed record IdentityPlan(string Identity, string Clip, string? Checksum, IReadOnlyList<int> HoldOut, IReadOnlyList<int> Sources);
